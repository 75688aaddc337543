/**
 * Breakers: what holds entries back, asked by the step on each candle.
 *
 * Promises: pure questions that allocate nothing when nothing happens. A breaker holds back new
 * entries only; positions keep their stops and exits. Never: changes the state; the step tells
 * `day.started`, `breaker.tripped` and `breaker.released`, and the risk manager folds them.
 *
 * Order within a step: `dayToStart` with the candle's OPEN time before its reports are folded (what
 * a gap over midnight loses then counts for the new day), and at its close, after equity was
 * marked, `breakersToRelease`, then `breakersToTrip`, then entries.
 */
import type { Units } from '../base/money.ts';
import { DAY_MS, type Millis, utcDate } from '../base/time.ts';
import type { Breaker, Mode } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { BREAKERS, type RiskState } from './risk-state.ts';

export interface Trip {
  readonly breaker: Breaker;
  /** When it releases by itself; null: by the operator only. */
  readonly until: Millis | null;
}

export interface TripQuestion {
  /** Equity now, at the close of the candle. */
  readonly equity: Units;
  readonly time: Millis;
  readonly settings: Settings;
  readonly mode: Mode;
  readonly timeframeMs: Millis;
}

const NO_BREAKERS: readonly Breaker[] = [];
const NO_TRIPS: readonly Trip[] = [];

/** The UTC date that has to be started, or null. A day never starts twice and never goes back. */
export const dayToStart = (state: RiskState, time: Millis): string | null =>
  time >= state.dayEndsAt ? utcDate(time) : null;

/** Recorded or invented markets have no operator: there the drawdown breaker releases by itself. */
export const hasOperator = (mode: Mode): boolean => mode === 'paper' || mode === 'live';

/** By name: this is asked on each candle, and a loop over names would look each of them up. */
const isLatched = ({ breakers }: RiskState): boolean =>
  breakers.daily_loss !== null || breakers.max_drawdown !== null || breakers.loss_streak !== null;

/** Latched breakers whose time is over. */
export function breakersToRelease(state: RiskState, time: Millis, mode: Mode): readonly Breaker[] {
  if (!isLatched(state)) return NO_BREAKERS;
  let due: Breaker[] | null = null;
  for (const breaker of BREAKERS) {
    const until = state.breakers[breaker]?.until ?? null;
    if (until === null || time < until) continue;
    if (breaker === 'max_drawdown' && hasOperator(mode)) continue;
    due ??= [];
    due.push(breaker);
  }
  return due ?? NO_BREAKERS;
}

/** Breakers that trip now. A limit of 0 in the settings switches its breaker off. */
export function breakersToTrip(state: RiskState, question: TripQuestion): readonly Trip[] {
  const { time, settings } = question;
  let trips: Trip[] | null = null;
  // A day that ends with this very candle needs no breaker: the next one starts afresh.
  if (lostToday(state, question) && time < state.dayEndsAt)
    trips = [{ breaker: 'daily_loss', until: state.dayEndsAt }];
  if (drewDown(state, question)) {
    const releaseAt = time + Math.round(settings.drawdownReleaseDays * DAY_MS);
    const until = hasOperator(question.mode) ? null : releaseAt;
    trips ??= [];
    trips.push({ breaker: 'max_drawdown', until });
  }
  if (lostInARow(state, settings)) {
    trips ??= [];
    trips.push({
      breaker: 'loss_streak',
      until: time + settings.cooldownCandles * question.timeframeMs,
    });
  }
  return trips ?? NO_TRIPS;
}

function lostToday(state: RiskState, { equity, settings }: TripQuestion): boolean {
  if (state.breakers.daily_loss !== null || settings.dailyLossLimit <= 0) return false;
  const lost = Math.max(-state.dailyRealised, state.dailyStartBalance - equity);
  return lost > 0 && lost >= settings.dailyLossLimit * state.dailyStartBalance;
}

function drewDown(state: RiskState, { equity, settings }: TripQuestion): boolean {
  if (state.breakers.max_drawdown !== null || settings.maxDrawdown <= 0) return false;
  const lost = state.peakBalance - equity;
  return lost > 0 && lost >= settings.maxDrawdown * state.peakBalance;
}

const lostInARow = (state: RiskState, settings: Settings): boolean =>
  state.breakers.loss_streak === null &&
  settings.lossStreakLimit > 0 &&
  state.cooldownLosses >= settings.lossStreakLimit;

/** Breakers in words, the gravest first. */
export const BREAKER_WORDS: Readonly<Record<Breaker, string>> = {
  max_drawdown: 'maximum drawdown',
  daily_loss: 'daily loss limit',
  loss_streak: 'loss streak cooldown',
};

/**
 * By whose word no entry may leave and those on their way are canceled, or null. A breaker only
 * refuses new ones.
 */
export function entriesHeld({ killSwitch, paused }: RiskState): string | null {
  if (killSwitch) return 'kill switch';
  return paused === undefined ? null : 'paused';
}

/** Why no entry may be made now, in words, or null. */
export function entryRefusal(
  state: RiskState,
  openTrades: number,
  settings: Settings,
): string | null {
  const held = entriesHeld(state);
  if (held !== null) return held;
  if (state.breakers.max_drawdown !== null) return BREAKER_WORDS.max_drawdown;
  if (state.breakers.daily_loss !== null) return BREAKER_WORDS.daily_loss;
  if (state.breakers.loss_streak !== null) return BREAKER_WORDS.loss_streak;
  if (openTrades >= settings.maxOpenTrades) return 'maximum open trades';
  return null;
}

/** How long a breaker was latched up to `time`, a present latch included: for the report. */
export function latchedMsAt(state: RiskState, breaker: Breaker, time: Millis): Millis {
  const latch = state.breakers[breaker];
  return state.latchedMs[breaker] + (latch === null ? 0 : Math.max(0, time - latch.since));
}
