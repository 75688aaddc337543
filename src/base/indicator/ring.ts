/**
 * Ring: the last `values.length` numbers of a stream, as plain data.
 *
 * Promises: O(1) and no allocation per value; JSON-able; sums are taken afresh, so they never
 * drift. Never: holds anything but finite numbers.
 */

export interface Ring {
  readonly values: number[];
  /** Where the next value goes. */
  next: number;
  /** Values held, at most `values.length`. */
  count: number;
}

export const createRing = (size: number): Ring => ({
  values: new Array<number>(size).fill(0),
  next: 0,
  count: 0,
});

/** Takes a value in, over the oldest one when full; tells whether the ring is full now. */
export function pushRing(ring: Ring, value: number): boolean {
  const size = ring.values.length;
  ring.values[ring.next] = value;
  ring.next = ring.next + 1 === size ? 0 : ring.next + 1;
  if (ring.count < size) ring.count += 1;
  return ring.count === size;
}

/** The value pushed `age` values before the last one; 0 where there is none yet. */
export function ringAt(ring: Ring, age: number): number {
  if (age >= ring.count) return 0;
  const index = ring.next - 1 - age;
  return ring.values[index < 0 ? index + ring.values.length : index] as number;
}

/** The sum of what is held; slots not filled yet are 0. */
export function ringSum(ring: Ring): number {
  let sum = 0;
  for (let index = 0; index < ring.values.length; index += 1) sum += ring.values[index] as number;
  return sum;
}

/**
 * The mean of a full ring, taken around one of its values: equal values give exactly that value,
 * so that a dead market has no deviation made of rounding.
 */
export function ringMean(ring: Ring): number {
  const { values } = ring;
  const base = values[0] as number;
  let sum = 0;
  for (let index = 1; index < values.length; index += 1) sum += (values[index] as number) - base;
  return base + sum / values.length;
}
