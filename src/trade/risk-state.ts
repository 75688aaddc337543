/**
 * What the risk manager remembers, and the strict reading of it from a file.
 *
 * Promises: plain data; money in whole units; `brokenRule` names an invariant that does not hold.
 * Never: decides (see breaker.ts and risk-factor.ts) or changes itself (see risk-manager.ts).
 */
import {
  asBoolean,
  asCount,
  asInteger,
  asNumber,
  asText,
  fieldsOf,
  listOf,
  nullable,
  optional,
  type Reader,
  recordOf,
} from '../base/field.ts';
import type { Units } from '../base/money.ts';
import { DAY_MS, type Millis, utcDate } from '../base/time.ts';
import type { Breaker } from '../core/fact.ts';

export const BREAKERS = ['daily_loss', 'max_drawdown', 'loss_streak'] as const;

/** Trades that the performance factor looks back on; the design's "last 10 trades". */
export const RECENT_TRADES_MAX = 10;

export interface RecentTrade {
  readonly time: Millis;
  readonly symbol: string;
  /** Net of fees and funding. */
  readonly profit: Units;
  /** Net profit over the margin put up. */
  readonly ratio: number;
}

/** Trading was paused, by the operator or by the bot itself. */
export interface Pause {
  readonly since: Millis;
  /** In words, where the bot itself did it. */
  readonly reason?: string;
}

/** A breaker that has tripped and holds entries back. */
export interface Latch {
  readonly since: Millis;
  /** Releases by itself at this time; null: by the operator only. */
  readonly until: Millis | null;
  readonly equity: Units;
}

export interface RiskState {
  /** Trades without profit or loss count in the total alone. */
  totalTrades: number;
  wins: number;
  losses: number;
  /** Sums of the winners' profits and of the losers' losses, both ≥ 0. */
  totalProfit: Units;
  totalLoss: Units;
  /** Highest marked equity, since the last release of the drawdown breaker. */
  peakBalance: Units;
  /** Last marked equity. */
  equity: Units;
  /** Shares of the peak; the maximum is all-time. */
  currentDrawdown: number;
  maxDrawdown: number;
  winStreak: number;
  lossStreak: number;
  /** Losses in a row since the last cooldown: what the loss-streak breaker counts. */
  cooldownLosses: number;
  /** Oldest first. */
  last10Trades: RecentTrade[];
  /** Trades that were imported by their totals alone; absent: none. */
  unlistedTrades?: number;
  /** Equity when the UTC day started, or when the operator released its breaker. */
  dailyStartBalance: Units;
  /** Net result of the trades closed today. */
  dailyRealised: Units;
  /** The larger of what today's trades lost and what equity lost since the day started; ≥ 0. */
  dailyLoss: Units;
  /** UTC day in trade, `2024-08-05`; null before the first one. */
  tradingDate: string | null;
  /** The midnight that ends it; 0 before the first one, so that any time starts a day. */
  dayEndsAt: Millis;
  breakers: Record<Breaker, Latch | null>;
  /** How long each breaker was latched in all, latches not yet released left out. */
  latchedMs: Record<Breaker, Millis>;
  killSwitch: boolean;
  /** No entry is made until the operator resumes; absent: trading goes on. */
  paused?: Pause;
  /** Since when every position is being left at the market; absent: none is for that. */
  flattening?: Millis;
  /** True from the first fill on: until then a changed start balance is a fresh start. */
  traded: boolean;
}

export const initialRiskState = (): RiskState => ({
  totalTrades: 0,
  wins: 0,
  losses: 0,
  totalProfit: 0,
  totalLoss: 0,
  peakBalance: 0,
  equity: 0,
  currentDrawdown: 0,
  maxDrawdown: 0,
  winStreak: 0,
  lossStreak: 0,
  cooldownLosses: 0,
  last10Trades: [],
  dailyStartBalance: 0,
  dailyRealised: 0,
  dailyLoss: 0,
  tradingDate: null,
  dayEndsAt: 0,
  breakers: { daily_loss: null, max_drawdown: null, loss_streak: null },
  latchedMs: { daily_loss: 0, max_drawdown: 0, loss_streak: 0 },
  killSwitch: false,
  traded: false,
});

const readPause = fieldsOf<Pause>({ since: asInteger, reason: optional(asText) });

const readLatch = fieldsOf<Latch>({
  since: asInteger,
  until: nullable(asInteger),
  equity: asInteger,
});

/** A deep copy of a risk state, or an Error that names the field which is not one. */
export const readRiskState: Reader<RiskState> = fieldsOf<RiskState>({
  totalTrades: asCount,
  wins: asCount,
  losses: asCount,
  totalProfit: asCount,
  totalLoss: asCount,
  peakBalance: asCount,
  equity: asInteger,
  currentDrawdown: asNumber,
  maxDrawdown: asNumber,
  winStreak: asCount,
  lossStreak: asCount,
  cooldownLosses: asCount,
  last10Trades: listOf(
    fieldsOf<RecentTrade>({ time: asInteger, symbol: asText, profit: asInteger, ratio: asNumber }),
    RECENT_TRADES_MAX,
  ),
  unlistedTrades: optional(asCount),
  dailyStartBalance: asInteger,
  dailyRealised: asInteger,
  dailyLoss: asCount,
  tradingDate: nullable(asText),
  dayEndsAt: asInteger,
  breakers: recordOf(BREAKERS, nullable(readLatch)),
  latchedMs: recordOf(BREAKERS, asCount),
  killSwitch: asBoolean,
  paused: optional(readPause),
  flattening: optional(asInteger),
  traded: asBoolean,
});

/** The invariant that does not hold, in words, or null. */
export function brokenRule(state: RiskState): string | null {
  if (state.wins + state.losses > state.totalTrades) return 'more wins and losses than trades';
  if (state.winStreak > 0 && state.lossStreak > 0) return 'a win and a loss streak at once';
  if (state.winStreak > state.wins || state.lossStreak > state.losses)
    return 'a streak longer than the trades it is made of';
  if (state.cooldownLosses > state.lossStreak) return 'more losses to cool down from than a streak';
  const listed = state.totalTrades - (state.unlistedTrades ?? 0);
  if (state.last10Trades.length !== Math.min(listed, RECENT_TRADES_MAX))
    return 'recent trades that do not fit the number of trades';
  if (state.flattening !== undefined && state.paused === undefined)
    return 'a flatten under way while trading is not paused';
  if (state.equity > state.peakBalance) return 'equity above its own peak';
  if (state.currentDrawdown < 0 || state.currentDrawdown > state.maxDrawdown)
    return 'a drawdown outside 0 to its maximum';
  if (state.tradingDate === null) return state.dayEndsAt === 0 ? null : 'a day without a date';
  const atMidnight = state.dayEndsAt % DAY_MS === 0;
  return atMidnight && utcDate(state.dayEndsAt - DAY_MS) === state.tradingDate
    ? null
    : `a trading date ${state.tradingDate} that does not end at its midnight`;
}
