/**
 * Time as the market tells it: UTC milliseconds, calendar days, candle lengths.
 *
 * Promises: pure arithmetic on numbers given to it. Never: reads a clock.
 */
import { EXIT, Fault } from './fault.ts';

/** UTC milliseconds since 1970. */
export type Millis = number;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const YEAR_MS = 365 * DAY_MS;

/** Whole UTC days since 1970-01-01. */
export const utcDay = (time: Millis): number => Math.floor(time / DAY_MS);

/** `2024-08-05` for any time of that UTC day. */
export const utcDate = (time: Millis): string => new Date(time).toISOString().slice(0, 10);

/** `2024-08-05 13:45` (UTC), as shown to people. */
export const utcMinute = (time: Millis): string =>
  new Date(time).toISOString().slice(0, 16).replace('T', ' ');

const UNIT_MS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** `5m` → 300000. Throws a config fault on anything that is not `<count><m|h|d>`. */
export function timeframeMs(timeframe: string): number {
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(timeframe);
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unit === undefined)
    throw new Fault(
      EXIT.config,
      `not a timeframe: "${timeframe}"`,
      'write a count and a unit, for instance 1m, 5m, 15m, 1h, 4h or 1d',
    );
  return Number(match[1]) * unit;
}

/** 300000 → `5m`. */
export function timeframeName(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  if (ms % HOUR_MS === 0) return `${ms / HOUR_MS}h`;
  return `${ms / MINUTE_MS}m`;
}
