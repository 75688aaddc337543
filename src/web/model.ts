/**
 * The model: what the dashboard's thread knows of the bot, out of a snapshot and the changes since.
 *
 * Promises: what a page that joins now is told equals what one has that was there all the time;
 * every list is bounded. Never: asks the bot for what it has been told.
 */
import {
  CHART_CANDLES_MAX,
  CHART_MARKS_MAX,
  NEWS_KEPT_MAX,
  RECORDS_KEPT_MAX,
} from '../base/limits.ts';
import type { CandleRow, Change, EquityRow, Mark, NewsRow, Snapshot, TradeRow } from './view.ts';

type Candles = Readonly<Record<string, readonly CandleRow[]>>;

export class Model {
  readonly #candles: Record<string, CandleRow[]> = Object.create(null);
  readonly #equity: EquityRow[];
  readonly #marks: Mark[];
  readonly #news: NewsRow[];
  readonly #trades: TradeRow[];
  #now: Pick<Snapshot, 'status' | 'positions' | 'orders'>;

  constructor(snapshot: Snapshot, trades: readonly TradeRow[]) {
    const { status, positions, orders, equity, candles, marks, news } = snapshot;
    this.#now = { status, positions, orders };
    this.#equity = equity.slice(-RECORDS_KEPT_MAX);
    this.#marks = marks.slice(-CHART_MARKS_MAX);
    this.#news = news.slice(-NEWS_KEPT_MAX);
    this.#trades = trades.slice(-RECORDS_KEPT_MAX);
    this.#addCandles(candles);
  }

  get status(): Snapshot['status'] {
    return this.#now.status;
  }

  get positions(): Snapshot['positions'] {
    return this.#now.positions;
  }

  /** Oldest first. */
  get trades(): readonly TradeRow[] {
    return this.#trades;
  }

  take(change: Change, trades: readonly TradeRow[]): void {
    const { status, positions, orders } = change;
    this.#now = { status, positions, orders };
    append(this.#equity, change.equity, RECORDS_KEPT_MAX);
    append(this.#marks, change.marks, CHART_MARKS_MAX);
    append(this.#news, change.news, NEWS_KEPT_MAX);
    append(this.#trades, trades, RECORDS_KEPT_MAX);
    this.#addCandles(change.candles);
  }

  snapshot(): Snapshot {
    const [equity, marks, news] = [this.#equity, this.#marks, this.#news];
    return { ...this.#now, equity, candles: this.#candles, marks, news };
  }

  #addCandles(candles: Candles): void {
    for (const [symbol, rows] of Object.entries(candles)) {
      this.#candles[symbol] ??= [];
      append(this.#candles[symbol], rows, CHART_CANDLES_MAX);
    }
  }
}

function append<T>(list: T[], more: readonly T[], max: number): void {
  for (const each of more) list.push(each);
  if (list.length > max) list.splice(0, list.length - max);
}
