/**
 * The time of a row: what can be one, and what is wrong with one that does not fit.
 */
import { type Millis, utcMinute } from '../base/time.ts';

/** Before there were crypto markets, and after anyone's data: seconds and microseconds. */
const TIME_MIN = Date.UTC(2009, 0, 1);
const TIME_MAX = Date.UTC(2100, 0, 1);

export const isTime = (time: number): boolean =>
  Number.isInteger(time) && time >= TIME_MIN && time <= TIME_MAX;

export const strayFault = (time: number): string =>
  `timestamp ${time} (${utcMinute(time)}) fits none of the rows after it`;

/** `last`: the time of the row before. */
export function timeFault(time: number, last: number, timeframeMs: Millis): string {
  if (!isTime(time)) return `timestamp ${time} is not UTC milliseconds`;
  const shown = `timestamp ${time} (${utcMinute(time)})`;
  if (time === last) return `${shown} repeats the row before`;
  if (time < last) return `${shown} is before the last one (${utcMinute(last)})`;
  return `${shown} is off the grid of ${timeframeMs / 1000} s that the first row began`;
}
