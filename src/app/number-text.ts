/**
 * Numbers as people read them: thousands separated, a sign where it matters, sizes and ages.
 *
 * Promises: the same text on every machine (no locale). A number that is not known is `–`.
 */
import type { Millis } from '../base/time.ts';

export const UNKNOWN = '–';

/** 1234567.891 → `1,234,567.89`. */
export function decimal(value: number | null, decimals = 2): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** `1 loss`, `2 losses`, `1,234 trades`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${decimal(count, 0)} ${count === 1 ? one : many}`;

export function signed(value: number | null, decimals = 2): string {
  const text = decimal(value, decimals);
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** 0.0123 → `1.23 %`. */
export const percent = (share: number | null, decimals = 2): string =>
  share === null ? UNKNOWN : `${decimal(share * 100, decimals)} %`;

export const signedPercent = (share: number | null, decimals = 2): string =>
  share === null ? UNKNOWN : `${signed(share * 100, decimals)} %`;

/** Prices keep about six digits: `60,123.4`, `0.52134`. */
export function priceText(price: number | null): string {
  if (price === null) return UNKNOWN;
  const magnitude = Math.abs(price);
  if (magnitude >= 10_000) return decimal(price, 1);
  if (magnitude >= 100) return decimal(price, 2);
  return magnitude >= 1 ? decimal(price, 4) : decimal(price, 6);
}

/** 1536 → `1.5 kB`; powers of 1024. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${decimal(bytes / 1024, 1)} kB`;
  return `${decimal(bytes / (1024 * 1024), 1)} MB`;
}

/** Fewer days than this say little of a year. */
const YEARLY_DAYS_MIN = 90;

/** What to think of a figure a year: nothing to add, or how few days it is made from. */
export const yearlyCaveat = (days: number): string =>
  days < YEARLY_DAYS_MIN ? `from ${counted(days, 'day')}: says little of a year` : '';

/** 61000 → `1m 1s`; the two largest units. */
export function durationText(ms: Millis | null): string {
  if (ms === null || !Number.isFinite(ms)) return UNKNOWN;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
