/**
 * Volume: money flow index, and the on-balance volume of a window.
 *
 * Promises: MFI equals TA-Lib (and says 50, not 0, where no money flowed); the windowed flow equals
 * the difference of two OBV values, without OBV's ever-growing total. Never: NaN without volume.
 */
import { createRing, pushRing, type Ring, ringSum } from './ring.ts';

export interface Mfi {
  readonly up: Ring;
  readonly down: Ring;
  /** The last typical price; null before the first. */
  previous: number | null;
  value: number;
}

export const createMfi = (period: number): Mfi => ({
  up: createRing(period),
  down: createRing(period),
  previous: null,
  value: 0,
});

export function updateMfi(state: Mfi, typical: number, volume: number): boolean {
  const previous = state.previous;
  state.previous = typical;
  if (previous === null) return false;
  const flow = typical * volume;
  pushRing(state.up, typical > previous ? flow : 0);
  if (!pushRing(state.down, typical < previous ? flow : 0)) return false;
  const up = ringSum(state.up);
  const sum = up + ringSum(state.down);
  state.value = sum > 0 ? 100 * (up / sum) : 50;
  return true;
}

/** Signed and total volume of the last `period` candles. */
export interface VolumeFlow {
  readonly signed: Ring;
  readonly total: Ring;
  /** The last close; null before the first. */
  close: number | null;
  /** Mean volume. */
  mean: number;
  /** Signed over total volume, −1..1; 0 without volume. */
  balance: number;
}

export const createVolumeFlow = (period: number): VolumeFlow => ({
  signed: createRing(period),
  total: createRing(period),
  close: null,
  mean: 0,
  balance: 0,
});

export function updateVolumeFlow(state: VolumeFlow, close: number, volume: number): boolean {
  const previous = state.close ?? close;
  state.close = close;
  let signed = 0;
  if (close > previous) signed = volume;
  else if (close < previous && volume > 0) signed = -volume;
  pushRing(state.signed, signed);
  if (!pushRing(state.total, volume)) return false;
  const total = ringSum(state.total);
  state.mean = total / state.total.values.length;
  state.balance = total > 0 ? ringSum(state.signed) / total : 0;
  return true;
}
