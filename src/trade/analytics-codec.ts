/**
 * Analytics in its file, and back.
 *
 * Promises: what `encode` gives does not change when the state goes on; `decode` takes back nothing
 * but a state: every field is there, of its kind, finite, and of a sane size. Never: repairs.
 */
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import type { Encoded } from '../core/component.ts';
import { EXIT_REASONS, type ExitReason, type TradeRecord } from '../core/order.ts';
import {
  type AnalyticsState,
  type DayPoint,
  type Drawdown,
  type EquityPoint,
  type Exposure,
  emptyTallies,
  type FormerCurve,
  type Paid,
  SPANS_KEPT_MAX,
  type Tally,
  type Totals,
} from './analytics-state.ts';

export function encodeAnalytics(state: AnalyticsState): Encoded {
  const { exposure, former } = state;
  return {
    format: 'json.zst',
    value: {
      ...state,
      trades: state.trades.slice(),
      curve: state.curve.slice(),
      daily: state.daily.map(point => ({ ...point })),
      totals: { ...state.totals },
      paid: { ...state.paid },
      exposure: { ...exposure, spans: exposure.spans.map(([from, to]) => [from, to]) },
      drawdown: { ...state.drawdown },
      bySymbol: copyTallies(state.bySymbol),
      byStrategy: copyTallies(state.byStrategy),
      byExitReason: copyTallies(state.byExitReason),
      ...(former !== undefined && { former: { ...former } }),
    },
  };
}

function copyTallies(group: Record<string, Tally>): Record<string, Tally> {
  const copy = emptyTallies();
  for (const [key, tally] of Object.entries(group)) copy[key] = { ...tally };
  return copy;
}

type Check = (value: unknown) => boolean;
/** A check for every field, and for no other. */
type Shape<T> = { readonly [K in keyof Required<T>]: Check };

const isNumber: Check = value => Number.isFinite(value) && !Object.is(value, -0);
const isWhole: Check = value => Number.isSafeInteger(value) && !Object.is(value, -0);
const isCount: Check = value => isWhole(value) && (value as number) >= 0;
const isPositive: Check = value => isNumber(value) && (value as number) > 0;
const isFlag: Check = value => typeof value === 'boolean';
const isText: Check = value => typeof value === 'string';
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value);
const orAbsent =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MODELS: Shape<TradeRecord['models']> = { signal: isCount, deep: isCount };
const TRADE: Shape<TradeRecord> = {
  id: isText,
  symbol: isText,
  side: value => value === 'long' || value === 'short',
  entryTime: isCount,
  exitTime: isCount,
  entryPrice: isPositive,
  exitPrice: isPositive,
  quantity: isPositive,
  leverage: isPositive,
  fees: isWhole,
  funding: isWhole,
  profit: isWhole,
  profitRatio: isNumber,
  risk: orAbsent(value => isCount(value) && value !== 0),
  durationMs: isCount,
  exitReason: value => EXIT_REASONS.includes(value as ExitReason),
  strategy: isText,
  models: value => fault(value, MODELS) === null,
};
const POINT: Shape<EquityPoint> = { time: isCount, balance: isWhole, equity: isWhole };
const DAY: Shape<DayPoint> = { day: isCount, equity: isWhole };
const TALLY: Shape<Tally> = {
  trades: isCount,
  wins: isCount,
  profit: isWhole,
  fees: isWhole,
  funding: isWhole,
};
const TOTALS: Shape<Totals> = {
  trades: isCount,
  wins: isCount,
  losses: isCount,
  grossProfit: isCount,
  grossLoss: isCount,
  best: orNull(isWhole),
  worst: orNull(isWhole),
  fees: isWhole,
  funding: isWhole,
  durationMs: isCount,
  winStreak: isCount,
  lossStreak: isCount,
  winStreakMax: isCount,
  lossStreakMax: isCount,
};
const PAID: Shape<Paid> = { makerFees: isWhole, takerFees: isWhole, funding: isWhole };
const DRAWDOWN: Shape<Drawdown> = {
  peak: orNull(isWhole),
  maxUnits: isCount,
  maxShare: value => isNumber(value) && (value as number) >= 0,
};
const isSpan: Check = value => Array.isArray(value) && value.length === 2 && value.every(isCount);
const EXPOSURE: Shape<Exposure> = {
  settledMs: isCount,
  spans: value => Array.isArray(value) && value.length <= SPANS_KEPT_MAX && value.every(isSpan),
};
/** A century of days. */
const DAYS_MAX = 36_525;

/** The first field that is missing, strange or not of its kind. */
function fault<T>(value: unknown, shape: Shape<T>): string | null {
  if (!isRecord(value)) return 'not an object';
  // Counted in place: a file has twenty thousand of these.
  let fields = 0;
  for (const key in shape) {
    const field = value[key];
    if (!shape[key](field)) return key;
    if (field !== undefined) fields += 1;
  }
  for (const _ in value) fields -= 1;
  return fields === 0 ? null : 'a field of no meaning';
}

function object<T>(value: unknown, shape: Shape<T>, name: string): T {
  const why = fault(value, shape);
  if (why !== null) throw new Error(`analytics: ${name} is not valid (${why})`);
  return value as T;
}

function list<T>(value: unknown, name: string, options: { max: number; shape: Shape<T> }): T[] {
  if (!Array.isArray(value) || value.length > options.max)
    throw new Error(`analytics: ${name} is not a list of at most ${options.max}`);
  for (let index = 0; index < value.length; index += 1) {
    const why = fault(value[index], options.shape);
    if (why !== null) throw new Error(`analytics: ${name}[${index}] is not valid (${why})`);
  }
  return value as T[];
}

function formerIn(value: unknown): FormerCurve {
  if (!isRecord(value)) throw new Error('analytics: former is not an object');
  const { curve, daily } = value;
  return {
    curve: list(curve, 'former.curve', { max: RECORDS_KEPT_MAX, shape: POINT }),
    daily: list(daily, 'former.daily', { max: DAYS_MAX, shape: DAY }),
  };
}

function tallies(value: unknown, name: string): Record<string, Tally> {
  if (!isRecord(value)) throw new Error(`analytics: ${name} is not an object`);
  const group = emptyTallies();
  for (const key of Object.keys(value)) group[key] = object(value[key], TALLY, `${name}.${key}`);
  return group;
}

export function decodeAnalytics(content: Encoded): AnalyticsState {
  if (content.format !== 'json.zst') throw new Error(`analytics: not a ${content.format} file`);
  const { startBalance, traded, startedAt, exposure, trades, curve, daily } = content.value;
  const { totals, paid, drawdown, bySymbol, byStrategy, byExitReason } = content.value;
  const { curveImported, former } = content.value;
  if (!orNull(isWhole)(startBalance)) throw new Error('analytics: startBalance is not valid');
  if (!isFlag(traded)) throw new Error('analytics: traded is not valid');
  if (!orAbsent(isFlag)(curveImported)) throw new Error('analytics: curveImported is not valid');
  if (!orNull(isCount)(startedAt)) throw new Error('analytics: startedAt is not valid');
  return {
    startBalance: startBalance as number | null,
    traded: traded as boolean,
    startedAt: startedAt as number | null,
    trades: list(trades, 'trades', { max: RECORDS_KEPT_MAX, shape: TRADE }),
    curve: list(curve, 'curve', { max: RECORDS_KEPT_MAX, shape: POINT }),
    daily: list(daily, 'daily', { max: DAYS_MAX, shape: DAY }),
    totals: object(totals, TOTALS, 'totals'),
    paid: object(paid, PAID, 'paid'),
    exposure: object(exposure, EXPOSURE, 'exposure'),
    drawdown: object(drawdown, DRAWDOWN, 'drawdown'),
    bySymbol: tallies(bySymbol, 'bySymbol'),
    byStrategy: tallies(byStrategy, 'byStrategy'),
    byExitReason: tallies(byExitReason, 'byExitReason'),
    ...(curveImported !== undefined && { curveImported: curveImported as boolean }),
    ...(former !== undefined && { former: formerIn(former) }),
  };
}
