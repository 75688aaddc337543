/**
 * Points in a directory's past: a step, or a market time.
 *
 * A market time means the memory as of then: after the last step before a candle that closed later.
 * Promises: read-only, on a running directory too; what is out of reach is refused with the earliest
 * point that is not.
 */
import { EXIT } from '../base/fault.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { REACH_FURTHER, UnkeptFault } from '../state/inspect.ts';
import type { JournalScan, JournalStep } from '../state/journal.ts';
import { journalOf, lookAt, memoryOf, type Place, reach } from './directory.ts';
import { marketTimeOf } from './view.ts';

export type Point =
  | { readonly kind: 'step'; readonly seq: number }
  | { readonly kind: 'time'; readonly time: Millis };

/** The step of a point that can be looked at. */
export function stepOf(place: Place, point: Point): number {
  if (point.kind === 'step') return point.seq;
  const { first } = reach(place);
  const seq = stepAt(place, point.time);
  if (seq > first) return seq;
  const earliest = marketTimeOf(memoryOf(lookAt(place, first)));
  if (seq === first && (earliest ?? 0) <= point.time) return seq;
  const when = earliest === null ? '' : ` (${utcMinute(earliest)} UTC)`;
  throw new UnkeptFault(
    EXIT.usage,
    `${utcMinute(point.time)} UTC is no longer kept in ${place.directory}`,
    `the earliest point is step ${first}${when}${REACH_FURTHER}`,
  );
}

function stepAt(place: Place, time: Millis): number {
  const { timeframeMs } = memoryOf(lookAt(place)).run.settings;
  const journal = journalOf(place);
  const isLater = (step: JournalStep): boolean => (closeIn(step.facts, timeframeMs) ?? 0) > time;
  for (const step of journal.steps(segmentBefore(journal, isLater)))
    if (isLater(step)) return step.seq - 1;
  return journal.last;
}

/** Close of the candle that a step is of; null: it is of none. */
export function closeIn(facts: readonly Fact[], timeframeMs: Millis): Millis | null {
  for (const fact of facts) if (fact.type === 'candle.closed') return fact.time + timeframeMs;
  return null;
}

/** First step of the last segment that begins before what is later; only beginnings are read. */
function segmentBefore(
  { heads, steps }: JournalScan,
  isLater: (step: JournalStep) => boolean,
): number {
  let [low, high] = [0, heads.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const candle = firstCandle(steps(heads[middle]?.first));
    if (candle === null || isLater(candle)) high = middle - 1;
    else low = middle;
  }
  return heads[low]?.first ?? 0;
}

function firstCandle(steps: Iterable<JournalStep>): JournalStep | null {
  for (const step of steps) if (closeIn(step.facts, 0) !== null) return step;
  return null;
}
