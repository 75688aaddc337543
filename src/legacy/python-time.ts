/**
 * Times as Python programs keep them, in UTC milliseconds.
 *
 * Promises: numbers are seconds, or milli-, micro- or nanoseconds by their size; a time that says no
 * zone is taken for UTC, and says that it was. Never: a zone by name, whose offset only its database
 * would know.
 */
import { DAY_MS, type Millis } from '../base/time.ts';
import { isKind, type Made, type PickleValue } from './pickle-value.ts';
import { bytesOf, scalarOf } from './pickled-numpy.ts';
import { classOf, numberOf } from './python-value.ts';

export interface PythonTime {
  readonly ms: Millis;
  /** Nothing said which zone it is in. */
  readonly zoneless: boolean;
}

/** 1990 to 2100: what no clock of a bot has shown is no time. */
const SECONDS_MIN = 631_152_000;
const SECONDS_MAX = 4_102_444_800;
/** How many of a unit are a second: seconds, milli-, micro- and nanoseconds do not overlap. */
const PER_SECOND = [1, 1e3, 1e6, 1e9];

function timeOfNumber(number: number): Millis | null {
  for (const per of PER_SECOND) {
    const seconds = number / per;
    if (seconds >= SECONDS_MIN && seconds < SECONDS_MAX)
      return Math.floor(per <= 1e3 ? number * (1000 / per) : number / (per / 1000));
  }
  return null;
}

const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?\s*(Z|UTC|[+-]\d\d:?\d\d)?)?$/;

function timeOfText(text: string): PythonTime | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, date, clock = '00:00', fraction = '', zone] = match;
  const offset = zone === undefined || /^[ZU]/.test(zone) ? 'Z' : zone;
  const ms = Date.parse(
    `${date}T${clock}${clock.length === 5 ? ':00' : ''}${fraction.slice(0, 4)}${offset}`,
  );
  return Number.isNaN(ms) ? null : { ms, zoneless: zone === undefined };
}

/** Null also for what lies outside of 1990 to 2100, as a program's "never" does. */
export function timeOf(value: PickleValue | undefined): PythonTime | null {
  const time = anyTimeOf(value);
  return time !== null && isSane(time.ms) ? time : null;
}

export const isSane = (ms: Millis): boolean => ms >= SECONDS_MIN * 1000 && ms < SECONDS_MAX * 1000;

function anyTimeOf(value: PickleValue | undefined): PythonTime | null {
  const scalar = scalarOf(value);
  const number = numberOf(value);
  if (number !== null) {
    const ms = timeOfNumber(number);
    return ms === null ? null : { ms, zoneless: isKind(value, 'made') && scalar === null };
  }
  if (typeof value === 'string') return timeOfText(value);
  if (!isKind(value, 'made')) return null;
  switch (classOf(value)) {
    case 'datetime.datetime':
    case 'datetime.date':
      return timeOfDatetime(value);
    case 'pandas._libs.tslibs.timestamps._unpickle_timestamp':
    case 'pandas._libs.tslibs.timestamps.Timestamp':
      return timeOfTimestamp(value);
    default:
      return null;
  }
}

/** Ten bytes: year (2), month, day, hour, minute, second, microsecond (3); of a date the first four. */
function timeOfDatetime({ args: [content, zone] }: Made): PythonTime | null {
  const bytes = bytesOf(content);
  if (bytes === null || (bytes.length !== 10 && bytes.length !== 4)) return null;
  const [high = 0, low = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  const [, , , , , , , a = 0, b = 0, c = 0] = bytes;
  const offset = offsetOf(zone);
  if (offset === 'unknown') return null;
  // The highest bit of the month says which of two equal local times is meant.
  const ms = Date.UTC(high * 256 + low, (month & 0x7f) - 1, day, hour, minute, second);
  const micros = (a << 16) | (b << 8) | c;
  return { ms: ms + Math.floor(micros / 1000) - (offset ?? 0), zoneless: offset === null };
}

/** (nanoseconds, frequency, zone, …): the nanoseconds are of UTC where there is a zone. */
function timeOfTimestamp({ args: [count, , zone] }: Made): PythonTime | null {
  if (typeof count !== 'bigint' && typeof count !== 'number') return null;
  const ms = timeOfNumber(Number(count));
  return ms === null ? null : { ms, zoneless: (zone ?? null) === null };
}

const UTC_ZONES = /^(pytz\._UTC|pytz\.UTC|datetime\.timezone\.utc|dateutil\.tz\.tz\.tzutc)$/;

/** Ahead of UTC, in ms; null: no zone. */
function offsetOf(zone: PickleValue | undefined): Millis | null | 'unknown' {
  if (zone === undefined || zone === null) return null;
  const name = classOf(zone) ?? '';
  if (UTC_ZONES.test(name)) return 0;
  if (!isKind(zone, 'made')) return 'unknown';
  if (name === 'datetime.timezone') return spanOf(zone.args[0]) ?? 'unknown';
  const [key] = zone.args;
  return /^zoneinfo\./.test(name) && (key === 'UTC' || key === 'Etc/UTC') ? 0 : 'unknown';
}

/** A timedelta, in ms: (days, seconds, microseconds). */
export function spanOf(value: PickleValue | undefined): Millis | null {
  if (!isKind(value, 'made') || classOf(value) !== 'datetime.timedelta') return null;
  const [days = 0, seconds = 0, micros = 0] = value.args.map(each => numberOf(each) ?? Number.NaN);
  const ms = days * DAY_MS + seconds * 1000 + Math.floor(micros / 1000);
  return Number.isSafeInteger(ms) ? ms : null;
}
