/**
 * What the page knows of the bot: a snapshot, and each later change applied to it.
 *
 * Promises: what is kept has a limit; a change that does not follow on what is known is refused
 * (null), so that no figure is ever made of two halves. Never: changes a model that was given out.
 */
import type { CandleRow, Change, EquityRow, Mark, NewsRow, Snapshot } from '../view.ts';

export type Model = Snapshot;

/** As many as the server keeps: a page that ran for a month shows what a reload would show. */
export const CANDLES_MAX = 1500;
export const EQUITY_ROWS_MAX = 10_000;
export const NEWS_MAX = 200;
const MARKS_MAX = 2000;

/** The model after the change; null: something in between was missed. */
export function changed(model: Model, change: Change): Model | null {
  if (change.from !== model.status.seq) return null;
  return {
    status: change.status,
    positions: change.positions,
    orders: change.orders,
    equity: joined<EquityRow>(model.equity, change.equity, EQUITY_ROWS_MAX),
    candles: candlesOf(model, change),
    marks: joined<Mark>(model.marks, change.marks, MARKS_MAX),
    news: joined<NewsRow>(model.news, change.news, NEWS_MAX),
  };
}

function candlesOf(model: Model, change: Change): Model['candles'] {
  const fresh = Object.entries(change.candles).filter(([, rows]) => rows.length > 0);
  if (fresh.length === 0) return model.candles;
  return {
    ...model.candles,
    ...Object.fromEntries(
      fresh.map(([symbol, rows]) => [
        symbol,
        joined<CandleRow>(model.candles[symbol] ?? [], rows, CANDLES_MAX),
      ]),
    ),
  };
}

/** The same list where nothing is added: who draws it sees that nothing changed. */
function joined<T>(rows: readonly T[], added: readonly T[], limit: number): readonly T[] {
  return added.length === 0 ? rows : [...rows, ...added].slice(-limit);
}
