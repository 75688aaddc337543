/**
 * Option values: texts from the command line into numbers, times and speeds.
 *
 * Promises: a wrong one names what is expected (commander adds which option it was).
 */
import { InvalidArgumentError } from 'commander';
import type { Cut } from '../app/walk-forward.ts';
import { type Millis, utcMinute } from '../base/time.ts';

/** When to stop: after so many candles of the directory's life, or at a market time. */
export type Until =
  | { readonly kind: 'candles'; readonly count: number }
  | { readonly kind: 'time'; readonly time: Millis };

export function toCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number from 0 on.');
  return value;
}

export function toPositiveCount(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number from 1 on.');
  return value;
}

/** Seeds are 32-bit: what is above would be cut silently. */
export function toSeed(text: string): number {
  const value = toCount(text);
  if (value > 0xffff_ffff) throw new InvalidArgumentError('Give a whole number up to 4294967295.');
  return value;
}

export function toPort(text: string): number {
  const value = toCount(text);
  if (value > 65_535) throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return value;
}

/** `2024-08-05`, `2024-08-05T13:45` (UTC). */
export function toTime(text: string): Millis {
  const time = ISO.test(text) ? isoTime(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Give a UTC time like 2024-08-05 or 2024-08-05T13:45.');
  return time;
}

export function toTimeframe(text: string): string {
  if (/^[1-9]\d{0,3}[mhd]$/.test(text)) return text;
  throw new InvalidArgumentError('Give a count and a unit: 1m, 5m, 15m, 1h, 4h or 1d.');
}

/** `A,B` or `A, B`. */
export const toList = (text: string): readonly string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');

/** Candles per second, or as fast as possible. */
export function toSpeed(text: string): 'max' | number {
  if (text === 'max') return 'max';
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give max, or candles per second above 0.');
  return value;
}

/** Segments of a report: more than these nobody reads. */
const PARTS_MAX = 1000;

/** `months`, or `10` parts of equal length. */
export function toCut(text: string): Cut {
  if (text === 'months') return { kind: 'months' };
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count < 2 || count > PARTS_MAX)
    throw new InvalidArgumentError(`Give months, or a number of segments from 2 to ${PARTS_MAX}.`);
  return { kind: 'parts', count };
}

const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z?)?$/;

/** `5000` candles, or `2024-08-05`, `2024-08-05T13:45` (UTC). */
export function toUntil(text: string): Until {
  if (/^\d+$/.test(text)) return { kind: 'candles', count: toPositiveCount(text) };
  const time = ISO.test(text) ? isoTime(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'Give a number of candles, or a UTC time like 2024-08-05 or 2024-08-05T13:45.',
    );
  return { kind: 'time', time };
}

function isoTime(text: string): number {
  const plain = text.replace(' ', 'T').replace(/Z$/, '');
  const time = Date.parse(plain.length === 10 ? `${plain}T00:00Z` : `${plain}Z`);
  // 2024-02-31 would become a day in March.
  return !Number.isNaN(time) && utcMinute(time).startsWith(plain.slice(0, 10)) ? time : Number.NaN;
}
