/**
 * The path of examples that wait for their label, and the CUSUM filter that opens some of them
 * (López de Prado, Advances in Financial Machine Learning, 2.5.2 and 3.4).
 *
 * Promises: O(1) per candle and pending label; reads nothing but the candle just closed. A label's
 * entry is the open of the candle after its decision. Never: pays costs (learn/labels.ts does).
 */

import type { Label } from '../core/fact.ts';
import type { Cusum, PendingLabel } from '../core/label.ts';
import type { Candle } from '../core/market.ts';

export const createCusum = (): Cusum => ({ up: 0, down: 0, fired: false });

/** Takes a log return in; a threshold of 0 never fires. */
export function updateCusum(cusum: Cusum, logReturn: number, threshold: number): void {
  const up = cusum.up + logReturn;
  const down = cusum.down + logReturn;
  cusum.up = Math.max(up, 0);
  cusum.down = Math.min(down, 0);
  cusum.fired = false;
  if (threshold <= 0) return;
  if (cusum.up >= threshold) cusum.up = 0;
  else if (cusum.down <= -threshold) cusum.down = 0;
  else return;
  cusum.fired = true;
}

/** What happened inside a gap is not known: sums over it would be invented. */
export function resetCusum(cusum: Cusum): void {
  cusum.up = 0;
  cusum.down = 0;
  cusum.fired = false;
}

/** Moves all waiting labels by one candle; returns how many are no longer waiting. */
export function advancePending(pending: PendingLabel[], candle: Candle, gap: number): number {
  let due = 0;
  for (let index = 0; index < pending.length; index += 1) {
    const each = pending[index] as PendingLabel;
    if (each.status === 'waiting') advance(each, candle, gap);
    if (each.status !== 'waiting') due += 1;
  }
  return due;
}

function advance(label: PendingLabel, candle: Candle, gap: number): void {
  if (gap > 0) {
    label.status = 'void';
    return;
  }
  label.held += 1;
  const entry = label.entry ?? candle.open;
  label.entry = entry;
  const upper = entry * (1 + label.barrier);
  const lower = entry * (1 - label.barrier);
  // An open beyond a barrier is left at the open, and tells which of the two came first.
  if (candle.open >= upper) settle(label, 1, candle.open / entry - 1);
  else if (candle.open <= lower) settle(label, 2, candle.open / entry - 1);
  else if (candle.high >= upper && candle.low <= lower) settle(label, 0, -label.barrier);
  else if (candle.high >= upper) settle(label, 1, label.barrier);
  else if (candle.low <= lower) settle(label, 2, -label.barrier);
  else if (label.held >= label.candles) settle(label, 0, candle.close / entry - 1);
}

function settle(label: PendingLabel, outcome: Label, change: number): void {
  label.status = 'due';
  label.label = outcome;
  label.change = change;
}
