/**
 * Decimals of the test exchange: whole numbers of 1e-8, as bigints.
 *
 * Promises: exact; text that needs more than eight decimals is refused, never rounded away.
 * Never: shares code with the product: its books are checked against these.
 */
const PLACES = 8;
export const ONE = 100_000_000n;

/** '0.05' → 5000000n. Numbers are read as JavaScript prints them. */
export function decimal(value: string | number): bigint {
  const text = typeof value === 'number' ? plain(value) : value;
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  const [, sign, whole, fraction = ''] = match ?? [];
  if (match === null || `${whole}${fraction}` === '') throw new RangeError(`not a number: ${text}`);
  const kept = fraction.slice(0, PLACES);
  if (/[1-9]/.test(fraction.slice(PLACES))) throw new RangeError(`too fine: ${text}`);
  const size = BigInt(`${whole}${kept.padEnd(PLACES, '0')}`);
  return sign === '-' ? -size : size;
}

/** A number from a tape, to the nearest 1e-8. */
export const nearest = (value: number): bigint => decimal(value.toFixed(PLACES));

/** 5000000n → '0.05'. */
export function text(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % ONE).toString().padStart(PLACES, '0').replace(/0+$/, '');
  const whole = `${value < 0n ? '-' : ''}${size / ONE}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** For the places where the exchange's JSON has numbers. */
export const number = (value: bigint): number => Number(text(value));

/** a × b, to the nearest 1e-8, halves away from zero. */
export function times(a: bigint, b: bigint): bigint {
  const product = a * b;
  const half = product < 0n ? -ONE / 2n : ONE / 2n;
  return (product + half) / ONE;
}

export const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** To a multiple of `step`: the nearest, halves up. */
export const toStep = (value: bigint, step: bigint): bigint => ((value + step / 2n) / step) * step;

const plain = (value: number): string =>
  /e/.test(String(value)) ? value.toFixed(PLACES) : String(value);
