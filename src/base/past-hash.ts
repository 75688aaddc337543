/**
 * The running hash over all candles of a symbol: two unsigned 32-bit integers.
 *
 * Promises: depends on every bit of time, open, high, low, close and volume of every candle, and on
 * their order; integer arithmetic only, so it is the same on every engine; mutates in place and
 * allocates nothing. Never: a defence against forgery; it tells one recorded past from another.
 */

/** Two unsigned 32-bit integers. */
export type Past = [number, number];

/** What the hash reads of a candle. */
export interface PastCandle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const NUMBERS = 6;
const doubles = new Float64Array(NUMBERS);
const words = new Uint32Array(doubles.buffer);

/** No candle yet. */
export const createPast = (): Past => [0x243f_6a88, 0x85a3_08d3];

/** Takes one candle in. Two murmur-like lanes; each round also carries the one into the other. */
export function extendPast(past: Past, candle: PastCandle): void {
  doubles[0] = candle.time;
  doubles[1] = candle.open;
  doubles[2] = candle.high;
  doubles[3] = candle.low;
  doubles[4] = candle.close;
  doubles[5] = candle.volume;
  let a = past[0] | 0;
  let b = past[1] | 0;
  for (let index = 0; index < 2 * NUMBERS; index += 2) {
    const low = words[index] as number;
    const high = words[index + 1] as number;
    a = Math.imul(a ^ low, 0xcc9e_2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ high, 0x1b87_3593);
    b = (b << 13) | (b >>> 19);
    a = (a + b) | 0;
    b = (b ^ Math.imul(a, 0x9e37_79b1)) | 0;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b);
  b = Math.imul(b ^ (b >>> 15), 0xc2b2_ae35);
  a ^= b >>> 13;
  b ^= a >>> 16;
  past[0] = a >>> 0;
  past[1] = b >>> 0;
}

/** 16 hexadecimal digits, as in a bookmark. */
export const pastText = (past: Past): string => hex(past[0]) + hex(past[1]);

const hex = (word: number): string => word.toString(16).padStart(8, '0');
