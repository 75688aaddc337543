/**
 * The summary at the end of a run: the metrics as a table.
 *
 * Promises: a pure function of its view; names as users know them; a ratio that too few trades
 * would make silly is shown as unknown. Never: computes a metric.
 */
import {
  counted,
  decimal,
  durationText,
  percent,
  signed,
  signedPercent,
  UNKNOWN,
  yearlyCaveat,
} from './number-text.ts';
import { pairs } from './table.ts';

/** Amounts in quote currency, shares as fractions; null: not known or too few trades. */
export interface SummaryView {
  /** USDT. */
  readonly quote: string;
  readonly startBalance: number;
  readonly equity: number;
  readonly totalReturn: number | null;
  readonly cagr: number | null;
  /** Days (UTC) that CAGR, Sharpe, Sortino and Calmar are made from. */
  readonly days: number;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly calmar: number | null;
  readonly maxDrawdown: number | null;
  readonly maxDrawdownAmount: number | null;
  readonly profitFactor: number | null;
  readonly expectancy: number | null;
  readonly winRate: number | null;
  readonly trades: number;
  readonly openTrades: number;
  readonly fees: number;
  readonly funding: number;
  readonly winStreakMax: number | null;
  readonly lossStreakMax: number | null;
  /** Share of the time with a position. */
  readonly exposure: number | null;
  readonly candles: number;
  /** Wall time; null: not of one run. */
  readonly seconds: number | null;
  readonly trainingSeconds: number | null;
  /** Of the wall seconds. */
  readonly trainingShare: number | null;
  /** How long each breaker stopped entries, market time. */
  readonly latched: readonly { readonly breaker: string; readonly ms: number }[];
  /** What holds entries back at the end, with what lifts it. */
  readonly held: readonly string[];
  readonly stateHash: string | null;
}

const count = (value: number | null): string => (value === null ? UNKNOWN : decimal(value, 0));

/** The first of the figures a year carries what there is to say of all of them. */
function yearlyText({ cagr, days }: SummaryView): string {
  const caveat = yearlyCaveat(days);
  return cagr === null || caveat === ''
    ? signedPercent(cagr)
    : `${signedPercent(cagr)} (${caveat})`;
}

function streaksText({ winStreakMax, lossStreakMax }: SummaryView): string {
  if (winStreakMax === null || lossStreakMax === null) return UNKNOWN;
  return `${counted(winStreakMax, 'win')}, ${counted(lossStreakMax, 'loss', 'losses')}`;
}

export function summary(view: SummaryView): string {
  const unit = view.quote === '' ? '' : ` ${view.quote}`;
  const money = (amount: number | null): string =>
    amount === null ? UNKNOWN : `${decimal(amount)}${unit}`;
  const expectancy = view.expectancy === null ? '' : unit;
  const rows: [string, string][] = [
    ['Start balance', money(view.startBalance)],
    ['Equity', money(view.equity)],
    ['Total return', signedPercent(view.totalReturn)],
    ['CAGR', yearlyText(view)],
    ['Sharpe', decimal(view.sharpe)],
    ['Sortino', decimal(view.sortino)],
    ['Calmar', decimal(view.calmar)],
    ['Max drawdown', `${percent(view.maxDrawdown)} (${money(view.maxDrawdownAmount)})`],
    ['Profit factor', decimal(view.profitFactor)],
    ['Expectancy', `${signed(view.expectancy)}${expectancy}`],
    ['Win rate', percent(view.winRate)],
    ['Trades', `${count(view.trades)} closed, ${count(view.openTrades)} open`],
    ['Longest streaks', streaksText(view)],
    ['Exposure', percent(view.exposure)],
    ['Fees paid', money(view.fees)],
    ['Funding paid', money(view.funding)],
    ...view.latched
      .filter(one => one.ms > 0)
      .map((one): [string, string] => [`Stopped by ${one.breaker}`, durationText(one.ms)]),
    ...view.held.map((line): [string, string] => ['Held back', line]),
    ['Candles', `${count(view.candles)}${paceText(view)}`],
  ];
  if (view.trainingSeconds !== null)
    rows.push(['Training', trainingText(view.trainingSeconds, view.trainingShare)]);
  if (view.stateHash !== null) rows.push(['State hash', view.stateHash]);
  return pairs(rows);
}

const trainingText = (seconds: number, share: number | null): string =>
  `${decimal(seconds, 1)} s${share === null ? '' : ` (${percent(share, 1)} of the time)`}`;

function paceText({ candles, seconds }: SummaryView): string {
  if (seconds === null) return '';
  const pace = seconds > 0 ? ` (${decimal(candles / seconds, 0)}/s)` : '';
  return ` in ${decimal(seconds, 1)} s${pace}`;
}
