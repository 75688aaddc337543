/**
 * Holds: what keeps entries back until somebody or some time lifts it, told with its remedy.
 *
 * Promises: pure; the gravest first; the command that lifts a hold always names the directory, so
 * that pasting it never reaches another bot.
 */
import { type Millis, utcMinute } from '../base/time.ts';
import type { Breaker } from '../core/fact.ts';
import { BREAKER_WORDS } from '../trade/breaker.ts';
import type { Pause, RiskState } from '../trade/risk-state.ts';

export interface Hold {
  /** `maximum drawdown`. */
  readonly reason: string;
  /** When it ends by itself; null: by the operator only. */
  readonly until: Millis | null;
  /** The command that lifts it, without its options: `release-breaker max_drawdown`. */
  readonly lift: string;
}

export const KILL_SWITCH_HOLD: Hold = {
  reason: 'kill switch',
  until: null,
  lift: 'kill-switch off',
};

/** Also of one that came through a socket. */
export const isKillSwitch = ({ lift }: Hold): boolean => lift === KILL_SWITCH_HOLD.lift;

const FLATTEN_HOLD: Hold = { reason: 'flatten under way', until: null, lift: 'resume' };

export const pauseHold = ({ reason }: Pick<Pause, 'reason'>): Hold => ({
  reason: reason === undefined ? 'paused' : `paused (${reason})`,
  until: null,
  lift: 'resume',
});

export const breakerHold = (breaker: Breaker, until: Millis | null): Hold => ({
  reason: BREAKER_WORDS[breaker],
  until,
  lift: `release-breaker ${breaker}`,
});

export function holdsOf({ killSwitch, paused, flattening, breakers }: RiskState): Hold[] {
  const holds = killSwitch ? [KILL_SWITCH_HOLD] : [];
  if (flattening !== undefined) holds.push(FLATTEN_HOLD);
  else if (paused !== undefined) holds.push(pauseHold(paused));
  for (const breaker of Object.keys(BREAKER_WORDS) as Breaker[]) {
    const latch = breakers[breaker];
    if (latch !== null) holds.push(breakerHold(breaker, latch.until));
  }
  return holds;
}

/** `holdfast release-breaker max_drawdown --dir btc`, ready to be pasted into a shell. */
export function liftCommand({ lift }: Pick<Hold, 'lift'>, directory: string): string {
  return `holdfast ${lift} --dir ${shellWord(directory)}`;
}

/** Quoted where a shell would take it for more than a word. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** `until 2025-01-02 00:00 UTC (or lift it: holdfast release-breaker daily_loss --dir btc)`. */
export function endingText(hold: Hold, directory: string): string {
  const command = liftCommand(hold, directory);
  return hold.until === null
    ? `until you lift it: ${command}`
    : `until ${utcMinute(hold.until)} UTC (or lift it: ${command})`;
}

/** `kill switch is on: no new entries until you lift it: holdfast kill-switch off --dir btc`. */
export function holdLine(hold: Hold, directory: string): string {
  return `${stateText(hold)}: no new entries ${endingText(hold, directory)}`;
}

function stateText(hold: Hold): string {
  const { reason, lift } = hold;
  if (isKillSwitch(hold)) return 'kill switch is on';
  if (lift !== FLATTEN_HOLD.lift) return `${reason} is latched`;
  return reason === FLATTEN_HOLD.reason ? 'every position is being closed' : `trading is ${reason}`;
}
