/**
 * Figures in words: how the page writes amounts, prices, shares, times and durations.
 *
 * Promises: UTC; thousands separated; a true minus sign; `–` for what is not known; the same text
 * in every browser, whatever its language. Never: rounds what is computed further.
 */
import type { Millis } from '../../base/time.ts';

export const UNKNOWN = '–';
const MINUS = '−';
/** Keeps a number and its unit on one line. */
const GAP = '\u00a0';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A line of the log, whose numbers have the keyboard's minus. */
export const sentence = (text: string): string => text.replace(/(?<=^|[\s(])-(?=\d)/g, MINUS);

type Known = number | null | undefined;

function written(value: Known, options: Intl.NumberFormatOptions): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return formatOf(options).format(value).replace('-', MINUS);
}

/** Dear to make, and few are asked for. */
function formatOf(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.NumberFormat('en-US', options);
  formats.set(key, format);
  return format;
}
const formats = new Map<string, Intl.NumberFormat>();

const withUnit = (text: string, unit: string): string =>
  text === UNKNOWN || unit === '' ? text : `${text}${GAP}${unit}`;

export const fixed = (value: Known, digits: number): string =>
  written(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const count = (value: Known): string => written(value, { maximumFractionDigits: 0 });

/** `9,999.39 USDT`. */
export const money = (value: Known, quote = ''): string => withUnit(fixed(value, 2), quote);

/** `+12.30 USDT`: what is won carries its sign, or the colour alone would tell. */
export const signedMoney = (value: Known, quote = ''): string =>
  withUnit(
    written(value, {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
      signDisplay: 'exceptZero',
    }),
    quote,
  );

/** Six digits that count: `60,137.4`, `3,005.35`, `0.0123457`. */
export const price = (value: Known): string => fixed(value, digitsOfPrice(value));

/** So that prices of one size line up under each other. */
function digitsOfPrice(value: Known): number {
  const size = Math.abs(value ?? 0);
  if (size === 0 || !Number.isFinite(size)) return 2;
  return Math.min(10, Math.max(1, 5 - Math.floor(Math.log10(size))));
}

export const quantity = (value: Known): string => written(value, { maximumFractionDigits: 8 });

/** A share as `1.25 %`. */
export const percent = (value: Known, digits = 2): string =>
  withUnit(fixed(scaled(value), digits), '%');

export const signedPercent = (value: Known, digits = 2): string =>
  withUnit(
    written(scaled(value), {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: 'exceptZero',
    }),
    '%',
  );

const scaled = (value: Known): number | null =>
  value === null || value === undefined ? null : value * 100;

/** A leverage: `5×`. */
export const times = (value: Known): string =>
  value === null || value === undefined ? UNKNOWN : `${quantity(value)}×`;

export function bytes(value: Known): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (value < 1000) return withUnit(count(value), 'B');
  const [unit, size] = value < 1e6 ? ['kB', 1e3] : value < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return withUnit(fixed(value / Number(size), 1), String(unit));
}

const iso = (time: Known): string | null =>
  time === null || time === undefined || !(Math.abs(time) <= 8.64e15)
    ? null
    : new Date(time).toISOString();

/** `2025-01-01 07:11`. */
export const minute = (time: Known): string => iso(time)?.slice(0, 16).replace('T', ' ') ?? UNKNOWN;

/** `2025-01-01 07:11:05`. */
export const second = (time: Known): string => iso(time)?.slice(0, 19).replace('T', ' ') ?? UNKNOWN;

/** `07:11:05`. */
export const clock = (time: Known): string => iso(time)?.slice(11, 19) ?? UNKNOWN;

/** `2025-01-31`. */
export const date = (time: Known): string => iso(time)?.slice(0, 10) ?? UNKNOWN;

/** `01-31`. */
export const day = (time: Known): string => iso(time)?.slice(5, 10) ?? UNKNOWN;

/** `07:11` of today, `2025-01-01 07:11` of another day. */
export const minuteAt = (time: Known, now: Millis): string =>
  date(time) === date(now) ? clock(time).slice(0, 5) : minute(time);

/** For the attribute of `<time>`. */
export const machineTime = (time: Known): string => iso(time) ?? '';

/** The two largest units: `3 h 12 min`, `1 d 4 h`, `45 s`; `1.9 s` below ten of them. */
export function duration(ms: Known): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  const whole = Math.max(0, ms);
  if (whole < SECOND_MS) return `${Math.round(whole)}${GAP}ms`;
  if (whole < 10 * SECOND_MS)
    return withUnit(written(whole / SECOND_MS, { maximumFractionDigits: 1 }), 's');
  const at = UNITS.findIndex(([size]) => whole >= size);
  const [size, unit] = UNITS[at] ?? [SECOND_MS, 's'];
  const first = `${count(Math.floor(whole / size))}${GAP}${unit}`;
  const next = UNITS[at + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[0]);
  return next === undefined || rest === 0 ? first : `${first} ${rest}${GAP}${next[1]}`;
}

const UNITS: readonly (readonly [size: Millis, unit: string])[] = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
];

/** `28 s ago`, in whole ones; a clock that is a little ahead of ours is no time to come. */
export function age(time: Known, now: Millis): string {
  if (time === null || time === undefined) return UNKNOWN;
  const ms = Math.max(0, now - time);
  return `${duration(ms < SECOND_MS ? ms : ms - (ms % SECOND_MS))} ago`;
}

/** `5m`, `1h`, `1d`, as markets call them. */
export function timeframe(ms: Millis): string {
  const [size, unit] = UNITS.find(([one]) => ms >= one && ms % one === 0) ?? [SECOND_MS, 's'];
  return `${ms / size}${unit === 'min' ? 'm' : unit}`;
}

/** ▲ for a gain, ▼ for a loss, nothing for neither: beside the sign, for the eye alone. */
export const arrow = (value: Known): string => {
  if (value === null || value === undefined || value === 0) return '';
  return value > 0 ? '▲' : '▼';
};

export const tone = (value: Known): 'gain' | 'loss' | 'even' => {
  if (value === null || value === undefined || value === 0) return 'even';
  return value > 0 ? 'gain' : 'loss';
};

/** `stop_loss` as people say it. */
export const words = (name: string): string => name.replaceAll('_', ' ');
