/**
 * The old bot's trade history and equity curve, as this product's analytics.
 *
 * Promises: it is folded from facts like any other, so every total is the sum of the trades that are
 * there. Never: takes a total on trust.
 */
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { toQuote, type Units } from '../base/money.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { TradeRecord } from '../core/order.ts';
import { analytics } from '../trade/analytics.ts';
import type { AnalyticsState, EquityPoint } from '../trade/analytics-state.ts';
import { type Notes, namesText, printable } from './finding.ts';
import {
  AMOUNT_MAX,
  fieldsOn,
  fieldsWithin,
  leftIn,
  noteLeft,
  noteNameless,
  type OldFields,
  pick,
  pickUnits,
  unitsOf,
} from './old-field.ts';
import { type OldTrade, readTrade } from './old-trade.ts';
import type { PickleValue } from './pickle-value.ts';
import { timeOf } from './python-time.ts';
import { entriesOf, itemsOf, numberArrayOf, numberOf } from './python-value.ts';

export interface OldAnalytics {
  /** By exit time. */
  readonly trades: readonly TradeRecord[];
  readonly points: readonly EquityPoint[];
  /** Named as the balance it began with; null: nowhere. */
  readonly startBalance: Units | null;
}

const TRADES = [
  ...['tradehistory', 'trades', 'closedtrades', 'completedtrades', 'history', 'tradelog'],
  ...['alltrades', 'closedpositions'],
];
const CURVE = [
  ...['equitycurve', 'equityhistory', 'balancehistory', 'portfoliohistory', 'equity', 'balances'],
];
const CURVE_TIMES = ['equitytimestamps', 'equitytimes', 'timestamps', 'times', 'dates'];
const START = [
  ...['initialbalance', 'startbalance', 'startingbalance', 'initialcapital', 'startingcapital'],
];
const POINT_BALANCE = ['balance', 'value', 'walletbalance', 'totalbalance', 'equity', 'capital'];
const POINT_EQUITY = ['equity', 'totalequity', 'value', 'balance'];
const POINT_TIME = ['time', 'timestamp', 'date', 'datetime', 'ts', 't'];
/** Trades that are read: far beyond the 10,000 that are kept. */
const TRADES_MAX = 100_000;
const POINTS_MAX = 200_000;

export function readAnalytics(value: PickleValue, notes: Notes): OldAnalytics {
  const fields = fieldsWithin(value, () => true);
  const list =
    pick(fields, TRADES, membersOf) ?? (fields.all.length === 0 ? membersOf(value) : null);
  if (fields.all.length > 0) noteNameless(value, notes);
  const trades = readTrades(list ?? [], notes);
  if (list === null) notes.lost('trades', 'no list of trades was found');
  const points = readCurve(fields, notes);
  const startBalance = pickUnits(fields, START);
  if (startBalance !== null) notes.carried('start balance', amountText(startBalance));
  noteLeft(notes, leftIn(fields), {
    what: 'other fields',
    why: 'worked out anew from the trades, or unknown',
  });
  return { trades, points, startBalance };
}

/** A list, or the values of a dictionary by id. */
const membersOf = (value: PickleValue): readonly PickleValue[] | null =>
  itemsOf(value) ?? entriesOf(value)?.map(([, each]) => each) ?? null;

function readTrades(list: readonly PickleValue[], notes: Notes): TradeRecord[] {
  const read: OldTrade[] = [];
  const refused = new Map<string, number>();
  let moved = 0;
  list.slice(-TRADES_MAX).forEach((each, index) => {
    const trade = readTrade(each, index + 1);
    const why = typeof trade === 'string' ? trade : uncountable(trade, moved);
    if (typeof trade === 'string' || why !== null)
      refused.set(why ?? '', (refused.get(why ?? '') ?? 0) + 1);
    else {
      moved += sizeOf(trade);
      read.push(trade);
    }
  });
  if (list.length > TRADES_MAX)
    notes.lost('trades', `${list.length - TRADES_MAX} before the last ${TRADES_MAX}`);
  for (const [why, count] of refused) notes.lost('trades', `${count}: ${why}`);
  if (read.length > 0) notes.carried('trades', tradesText(read));
  for (const [field, count] of countsOf(read.flatMap(({ defaulted }) => defaulted)))
    notes.defaulted(`${field} of trades`, `${count} of ${read.length}: ${DEFAULTS[field]}`);
  const sources = new Set(read.map(({ fields }) => fields));
  const left = new Set([...sources].flatMap(leftIn).map(({ name }) => name));
  if (left.size > 0) notes.lost('other fields of trades', namesText([...left], FIELDS_SHOWN_MAX));
  if (read.some(({ zoneless }) => zoneless))
    notes.defaulted('zone of times', 'times without a zone were taken for UTC');
  return read
    .map(({ trade }) => trade)
    .sort((one, other) => one.exitTime - other.exitTime || one.entryTime - other.entryTime);
}

const sizeOf = ({ trade: { profit, fees, funding } }: OldTrade): Units =>
  Math.abs(profit) + Math.abs(fees) + Math.abs(funding);

const uncountable = (trade: OldTrade, moved: Units): string | null =>
  moved + sizeOf(trade) > AMOUNT_MAX ? 'more money than can be counted' : null;

const FIELDS_SHOWN_MAX = 60;

/** What a trade gets that does not say it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  symbol: 'unknown',
  side: 'by the way price and profit went; long where that says nothing',
  leverage: '1',
  fees: '0: the profit was taken as net',
  funding: '0',
  quantity: 'from profit and prices; 1 where those say nothing',
  profit: 'from prices and quantity, or from the percentage',
  strategy: 'imported',
  'entry price': 'the exit price',
  'exit price': 'from entry price, quantity and profit',
  'entry time': 'exit time less the duration, or the exit time',
  'exit reason': 'exit_signal',
};

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function tradesText(read: readonly OldTrade[]): string {
  const times = read.map(({ trade }) => trade.exitTime);
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const profit = read.reduce((sum, { trade }) => sum + trade.profit, 0);
  const kept = read.length > RECORDS_KEPT_MAX ? `, the last ${RECORDS_KEPT_MAX} in full` : '';
  return `${read.length}${kept}, ${utcMinute(first)} to ${utcMinute(last)}, net ${amountText(profit)}`;
}

export const amountText = (units: Units): string => toQuote(units).toFixed(2);

function readCurve(fields: OldFields, notes: Notes): EquityPoint[] {
  const found = pick(fields, CURVE, value => pointsOf(value, fields));
  if (found === null) {
    notes.lost('equity curve', whyNoCurve(fields));
    return [];
  }
  const { points, unread, left } = found;
  if (left.length > 0)
    notes.lost('other fields of the equity curve', namesText(left, FIELDS_SHOWN_MAX));
  if (unread > 0) notes.lost('equity curve', `${unread} points that lack a time or an amount`);
  points.sort((one, other) => one.time - other.time);
  const [first, last] = [points.at(0), points.at(-1)];
  if (first !== undefined && last !== undefined)
    notes.carried(
      'equity curve',
      `${points.length} points, ${utcMinute(first.time)} to ${utcMinute(last.time)}, ` +
        `ends at ${amountText(last.equity)}`,
    );
  return points;
}

function whyNoCurve({ named }: OldFields): string {
  const curves = CURVE.flatMap(name => named.get(name) ?? []);
  for (const { name, value } of curves) {
    const count = numberArrayOf(value)?.shape[0] ?? membersOf(value)?.length ?? 0;
    if (count > POINTS_MAX)
      return `${printable(name)} has ${count} points, more than the ${POINTS_MAX} that are read`;
  }
  const untimed = curves.find(({ value }) => numberArrayOf(value) !== null);
  return untimed === undefined ? 'none was found' : `${printable(untimed.name)} says no times`;
}

interface Curve {
  readonly points: EquityPoint[];
  readonly unread: number;
  /** Names of what else its points say. */
  readonly left: readonly string[];
}

/** Pairs, dictionaries, a dictionary by time, a matrix of two columns, or amounts beside times. */
function pointsOf(value: PickleValue, fields: OldFields): Curve | null {
  const rows = rowsOf(value, fields);
  if (rows === null || rows.length === 0 || rows.length > POINTS_MAX) return null;
  const points = rows.flatMap(row => pointOf(row) ?? []);
  if (points.length === 0) return null;
  const left = rows.flatMap(row => ('named' in row ? leftIn(row).map(({ name }) => name) : []));
  return { points, unread: rows.length - points.length, left: [...new Set(left)] };
}

type Row = readonly PickleValue[] | OldFields;

function rowsOf(value: PickleValue, fields: OldFields): Row[] | null {
  const matrix = numberArrayOf(value);
  const [count = 0, width] = matrix?.shape ?? [];
  if (matrix !== null && width !== undefined && width >= 2)
    return Array.from({ length: count }, (_, row) =>
      Array.from(matrix.numbers.subarray(row * width, (row + 1) * width)),
    );
  const items = itemsOf(value);
  if (items !== null && items.length > POINTS_MAX) return null;
  if (items === null) return entriesOf(value)?.map(([time, amount]) => [time, amount]) ?? null;
  const times = items.some(item => numberOf(item) !== null) ? timesBeside(items, fields) : null;
  return items.map((item, index): Row => {
    if (numberOf(item) !== null) return [times?.[index] ?? null, item];
    return itemsOf(item) ?? fieldsOn(item) ?? [];
  });
}

const timesBeside = (
  { length }: readonly PickleValue[],
  fields: OldFields,
): readonly PickleValue[] | null =>
  pick(fields, CURVE_TIMES, value => {
    const times = itemsOf(value);
    return times?.length === length ? times : null;
  });

function pointOf(row: Row): EquityPoint | null {
  const [time, balance, equity] =
    'named' in row
      ? [pick(row, POINT_TIME, timeOf), pickUnits(row, POINT_BALANCE), pickUnits(row, POINT_EQUITY)]
      : listedPoint(row);
  if (time === null || balance === null) return null;
  return { time: time.ms, balance, equity: equity ?? balance };
}

const listedPoint = ([time, balance, equity]: readonly PickleValue[]) =>
  [timeOf(time), unitsOf(numberOf(balance)), unitsOf(numberOf(equity))] as const;

/** What analytics would remember had it seen this; `traded` also holds off the config's balance. */
export function analyticsOf(old: OldAnalytics, balance: Units | null): AnalyticsState {
  const state = analytics.initial();
  const { on } = analytics;
  if (balance !== null) {
    state.startBalance = old.startBalance ?? old.points[0]?.balance ?? balance;
    state.traded = true;
  }
  for (const trade of old.trades)
    on['trade.closed']?.(state, { type: 'trade.closed', trade }, undefined);
  for (const { time, balance: wallet, equity } of balance === null ? [] : old.points)
    on['equity.marked']?.(
      state,
      { type: 'equity.marked', time, balance: wallet, equity, open: 0 },
      undefined,
    );
  settleExposure(state);
  if (state.curve.length > 0) state.curveImported = true;
  return state;
}

/** What comes next may be of an earlier time: it must not join these. */
function settleExposure({ exposure }: AnalyticsState): void {
  for (const [from, to] of exposure.spans.splice(0)) exposure.settledMs += to - from;
}

/** The last word of the history on when it ended; null: it says nothing. */
export const endOf = ({ trades, points }: OldAnalytics): Millis | null => {
  const last = Math.max(trades.at(-1)?.exitTime ?? 0, points.at(-1)?.time ?? 0);
  return last === 0 ? null : last;
};
