/**
 * Attention before this run: the weights of each market day that the directory still tells of.
 *
 * The attention of the oldest step that can be had without the past that is set aside, folded on by
 * the facts of the live journal.
 * Promises: read-only, no lock, beside a running bot; no further back than the live journal goes, so
 * that it costs the same however long the bot has lived. Never: guesses what is not kept.
 */
import type { Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { attention } from '../learn/attention.ts';
import { getBlob } from '../state/blobs.ts';
import { blobOf } from '../state/replay.ts';
import { readState } from '../state/state-file.ts';
import { type HeldPlace, historyOf, lookAt, memoryOf, type Place, placeHeld } from './directory.ts';
import { journalBegins, tailAfter } from './journal-tail.ts';
import { type AttentionDay, AttentionDays } from './learning-view.ts';
import { closeIn } from './point.ts';

/** Plain data. */
export interface AttentionPastWish {
  readonly place: HeldPlace;
  /** Steps after it are this run's own. */
  readonly through: number;
  readonly timeframeMs: number;
}

/** Oldest first; empty where nothing from before `through` is kept. */
export function attentionPast(wish: AttentionPastWish): readonly AttentionDay[] {
  const { through, timeframeMs } = wish;
  const place = placeHeld(wish.place);
  const days = new AttentionDays();
  let at = oldestStep(place);
  if (at === null || at > through) return [];
  const state = memoryOf(lookAt(place, at)).attention;
  const fold = createFold([attention], { attention: state }, readState);
  const tell = (fact: Fact): void => fold(fact, contentFor(place, fact));
  while (at < through) {
    const { steps } = tailAfter(place, at);
    if (steps.length === 0) break;
    for (const { seq, facts } of steps) {
      at = seq;
      if (seq > through) break;
      facts.forEach(tell);
      const time = closeIn(facts, timeframeMs);
      if (time !== null) days.see(time, state);
    }
  }
  return days.days;
}

/** Of the generations that the live journal follows; 0: it has everything; null: it is none. */
function oldestStep(place: Place): number | null {
  const after = journalBegins(place);
  if (after === null || after === 0) return after;
  const { generations } = historyOf(place);
  return generations.findLast(({ seq }) => seq >= after)?.seq ?? null;
}

/** Weights of models are none of attention's. */
function contentFor({ disks }: Place, fact: Fact): Uint8Array | undefined {
  const name = fact.type === 'memory.replaced' && fact.id === attention.id ? blobOf(fact) : null;
  return name === null ? undefined : getBlob(disks, name)?.bytes;
}
