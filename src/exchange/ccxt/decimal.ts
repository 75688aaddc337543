/**
 * Money out of an exchange's answers: decimals as they are written, in units.
 *
 * Promises: exact to 1e-8; finer digits are rounded to the nearest unit, halves away from zero. A
 * number of JSON is taken as it prints, which tells each unit below 67 million (2^26) of quote.
 * Never: multiplies a float, or reads what is no number as zero.
 */
import type { Units } from '../../base/money.ts';
import { Unreadable } from './outcome.ts';

const PLACES = 8;
/** 1e-40 is nothing, and 1e40 is no money. */
const EXPONENT_MAX = 40;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** '0.05895' → 5895000. `what` is named where it cannot be read. */
export function unitsOf(value: unknown, what: string): Units {
  const units = scaled(value);
  if (units === null) throw new Unreadable(`no amount of money: ${what}`);
  return units;
}

function scaled(value: unknown): Units | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const match = DECIMAL.exec(String(value).trim());
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (`${whole}${fraction}` === '') return null;
  const shift = PLACES + Number(exponent) - fraction.length;
  if (Math.abs(shift) > EXPONENT_MAX) return null;
  const size = shifted(BigInt(`${whole}${fraction}`), shift);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return sign === '-' && size !== 0n ? -Number(size) : Number(size);
}

function shifted(digits: bigint, places: number): bigint {
  if (places >= 0) return digits * 10n ** BigInt(places);
  const divisor = 10n ** BigInt(-places);
  return (digits + divisor / 2n) / divisor;
}

/** A finite number. */
export function numberOf(value: unknown, what: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new Unreadable(`no number: ${what}`);
  return number + 0;
}

export function textOf(value: unknown, what: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value === '') throw new Unreadable(`nothing told: ${what}`);
  return value;
}

/** Whole lots of `step` each. */
export function lotsOf(value: unknown, step: number, what: string): number {
  const amount = numberOf(value, what);
  const lots = Math.round(amount / step);
  if (Math.abs(amount - lots * step) > step * LOT_TOLERANCE || lots < 0)
    throw new Unreadable(`not whole lots: ${what}`);
  return lots;
}

/** 0.3 / 0.1 is not 3 in floats; a tenth of a lot is no rounding. */
const LOT_TOLERANCE = 1e-3;

/** An object of an answer; what is none is empty. */
export const inside = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
