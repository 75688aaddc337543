/**
 * Channels: the highest and the lowest value of the last `period` values.
 *
 * Promises: O(1) on average (a new scan only when the extreme itself leaves the window); among
 * equal extremes the latest counts, as in TA-Lib. Never: looks at the candle a breakout is
 * measured on (Donchian gives the channel *before* it).
 */
import { createRing, pushRing, type Ring } from './ring.ts';

export interface Extreme {
  readonly ring: Ring;
  /** Updates since the extreme was the last value. */
  age: number;
  value: number;
}

export const createExtreme = (period: number): Extreme => ({
  ring: createRing(period),
  age: 0,
  value: 0,
});

export function updateHighest(state: Extreme, value: number): boolean {
  const full = pushRing(state.ring, value);
  state.age += 1;
  if (state.ring.count === 1 || value >= state.value) take(state, value, 0);
  else if (state.age >= state.ring.values.length) scan(state, 1);
  return full;
}

export function updateLowest(state: Extreme, value: number): boolean {
  const full = pushRing(state.ring, value);
  state.age += 1;
  if (state.ring.count === 1 || value <= state.value) take(state, value, 0);
  else if (state.age >= state.ring.values.length) scan(state, -1);
  return full;
}

function take(state: Extreme, value: number, age: number): void {
  state.value = value;
  state.age = age;
}

/** From the latest value back; `sign` 1 seeks the highest, −1 the lowest. */
/** Of equal extremes the youngest counts. The ring is full: something has left it. */
function scan(state: Extreme, sign: 1 | -1): void {
  const { values, next } = state.ring;
  const last = next - 1;
  let extreme = Number.NEGATIVE_INFINITY;
  let youngest = 0;
  for (let age = 0; age < values.length; age += 1) {
    const index = last - age;
    const value = sign * (values[index < 0 ? index + values.length : index] as number);
    if (value <= extreme) continue;
    extreme = value;
    youngest = age;
  }
  take(state, sign * extreme, youngest);
}

/** Highest high and lowest low of the last `period` candles. */
export interface Channel {
  readonly high: Extreme;
  readonly low: Extreme;
}

export const createChannel = (period: number): Channel => ({
  high: createExtreme(period),
  low: createExtreme(period),
});

export function updateChannel(state: Channel, high: number, low: number): boolean {
  updateHighest(state.high, high);
  return updateLowest(state.low, low);
}

/** Where a price stands in the channel: 0 at the low, 1 at the high, 0.5 in a channel of no width. */
export function channelPosition(state: Channel, price: number): number {
  const width = state.high.value - state.low.value;
  return width > 0 ? (price - state.low.value) / width : 0.5;
}

/** Donchian channel of the `period` candles before the last one. */
export interface Donchian {
  readonly channel: Channel;
  upper: number;
  lower: number;
}

export const createDonchian = (period: number): Donchian => ({
  channel: createChannel(period),
  upper: 0,
  lower: 0,
});

export function updateDonchian(state: Donchian, high: number, low: number): boolean {
  const { channel } = state;
  const warm = channel.high.ring.count === channel.high.ring.values.length;
  state.upper = channel.high.value;
  state.lower = channel.low.value;
  updateChannel(channel, high, low);
  return warm;
}
