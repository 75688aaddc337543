/**
 * The list of trades: filtered, sorted, cut into pages, and as CSV.
 *
 * Promises: a wrong question is answered in words; a cell of a CSV that a spreadsheet would take for
 * a formula is a text there, and numbers are numbers. Never: changes the list.
 */
import { RECORDS_KEPT_MAX, TRADE_PAGE_ROWS_MAX } from '../base/limits.ts';
import type { TradePage, TradeRow } from './view.ts';

/** The columns, in the order of the CSV. */
const COLUMNS = [
  ...(['id', 'symbol', 'side', 'entryTime', 'exitTime', 'entryPrice', 'exitPrice'] as const),
  ...(['quantity', 'leverage', 'fees', 'funding', 'profit', 'profitRatio'] as const),
  ...(['durationMs', 'exitReason', 'strategy'] as const),
] satisfies readonly (keyof TradeRow)[];

type Column = (typeof COLUMNS)[number];

export interface TradeQuestion {
  readonly symbol: string;
  readonly side: string;
  readonly strategy: string;
  readonly reason: string;
  readonly sort: Column;
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

const DEFAULT_ROWS = 50;

/** The question in a query string, or what is wrong with it. */
export function questionOf(query: Readonly<Record<string, unknown>>): TradeQuestion | string {
  const textOf = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
  const sort = COLUMNS.find(column => column === (textOf('sort') || 'exitTime'));
  if (sort === undefined) return `sort by one of ${COLUMNS.join(', ')}`;
  const order = textOf('order') || 'desc';
  if (order !== 'asc' && order !== 'desc') return 'order is asc or desc';
  const offset = Number(textOf('offset') || 0);
  const limit = Number(textOf('limit') || DEFAULT_ROWS);
  if (!isCount(offset, RECORDS_KEPT_MAX)) return `offset is 0 to ${RECORDS_KEPT_MAX}`;
  if (!isCount(limit, TRADE_PAGE_ROWS_MAX)) return `limit is 0 to ${TRADE_PAGE_ROWS_MAX}`;
  const [symbol, side, strategy] = [textOf('symbol'), textOf('side'), textOf('strategy')];
  return { symbol, side, strategy, reason: textOf('reason'), sort, order, offset, limit };
}

const isCount = (value: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value <= max;

export function pageOf(trades: readonly TradeRow[], question: TradeQuestion): TradePage {
  const { offset, limit } = question;
  const found = askedFor(trades, question);
  const valuesOf = (column: 'symbol' | 'strategy' | 'exitReason'): string[] =>
    [...new Set(trades.map(trade => trade[column]))].sort();
  return {
    found: found.length,
    kept: trades.length,
    rows: found.slice(offset, offset + limit),
    symbols: valuesOf('symbol'),
    strategies: valuesOf('strategy'),
    reasons: valuesOf('exitReason'),
  };
}

/** All that the filter leaves, whatever the page. */
export function csvOf(trades: readonly TradeRow[], question: TradeQuestion): string {
  const rows = askedFor(trades, question).map(trade =>
    COLUMNS.map(column => cellOf(trade[column])).join(','),
  );
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

function askedFor(trades: readonly TradeRow[], question: TradeQuestion): TradeRow[] {
  const { symbol, side, strategy, reason, sort, order } = question;
  const isAsked = (trade: TradeRow): boolean =>
    (symbol === '' || trade.symbol === symbol) &&
    (side === '' || trade.side === side) &&
    (strategy === '' || trade.strategy === strategy) &&
    (reason === '' || trade.exitReason === reason);
  const sign = order === 'asc' ? 1 : -1;
  return trades
    .filter(isAsked)
    .sort((one, other) => sign * compared(one[sort], other[sort]) || sign * inTime(one, other));
}

const inTime = (one: TradeRow, other: TradeRow): number => one.exitTime - other.exitTime;

const compared = (one: string | number, other: string | number): number =>
  one === other ? 0 : one < other ? -1 : 1;

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
