/**
 * The outbox: what waits to be told after a position. The journal and the notes are it; nothing is
 * kept twice.
 *
 * Promises: events in the order of their steps, a note after the step it was written at; an id is
 * given once in a directory's life (its epoch is in it); steps that the journal no longer has are one
 * event, `notify.gap`. Never: changes anything.
 */
import { createHash } from 'node:crypto';
import type { EventName } from '../app/event-name.ts';
import {
  epochAt,
  type MarkedNote,
  type NoteMark,
  notesAfter,
  type Place,
  type TailStep,
  tailAfter,
} from '../app/journal-tail.ts';
import type { Event, Position, Waiting } from './event.ts';
import { type FactContext, factEvent } from './fact-event.ts';
import { isToldStart, noteEvent, stepOf } from './note-event.ts';

export interface OutboxOptions {
  readonly place: Place;
  readonly context: FactContext;
  readonly events: ReadonlySet<EventName>;
}

export interface Batch {
  readonly waiting: readonly Waiting[];
  /** Where the channel stands when all of them are told. */
  readonly next: Position;
  readonly more: boolean;
}

export function batchAfter(options: OutboxOptions, position: Position): Batch {
  const { after, steps, more } = tailAfter(options.place, position.seq);
  const waiting: Waiting[] = [];
  let now = position;
  if (after !== null && after > now.seq) {
    const gap = gapEvent(now, after);
    now = { ...now, seq: after, index: 0 };
    waiting.push({ event: gap, next: now });
  }
  const end = steps.at(-1)?.seq ?? now.seq;
  const notes = placed(notesAfter(options.place, now.note), now.seq).filter(
    ({ seq }) => !more || seq <= end,
  );
  const tellNotes = (before: number): void => {
    for (let next = notes[0]; next !== undefined && next.seq < before; next = notes[0]) {
      notes.shift();
      now = { ...now, note: next.mark };
      const event = eventOfNote(options, now, next);
      if (event !== null) waiting.push({ event, next: now });
    }
  };
  for (const step of steps) {
    tellNotes(step.seq);
    const events = eventsIn(options, step, now);
    for (const { event, index } of events)
      waiting.push({ event, next: { ...now, index: index + 1 } });
    now = { ...now, epoch: step.epoch, seq: step.seq, index: 0 };
    const last = waiting.at(-1);
    // With its last event a step is told.
    if (events.length > 0 && last !== undefined)
      waiting[waiting.length - 1] = { event: last.event, next: now };
  }
  tellNotes(Number.POSITIVE_INFINITY);
  return { waiting, next: now, more };
}

function eventsIn(
  { context, events }: OutboxOptions,
  { seq, epoch, facts }: TailStep,
  now: Position,
): { readonly event: Event; readonly index: number }[] {
  return facts.flatMap((fact, index) => {
    const isTold = seq === now.seq + 1 && index < now.index;
    const told = isTold ? null : factEvent(fact, context);
    if (told === null || !events.has(told.type)) return [];
    return [{ event: { id: `${now.directory}:${epoch}:${seq}:${index}`, ...told }, index }];
  });
}

interface PlacedNote extends MarkedNote {
  readonly seq: number;
}

/** One that does not say its step belongs where the note before it does. */
function placed(notes: readonly MarkedNote[], from: number): PlacedNote[] {
  let seq = from;
  return notes.map(each => {
    seq = Math.max(seq, stepOf(each.note) ?? 0);
    return { ...each, seq };
  });
}

function eventOfNote(
  { events }: OutboxOptions,
  { directory }: Position,
  { note, mark }: MarkedNote,
): Event | null {
  const told = noteEvent(note);
  if (told === null || !events.has(told.type)) return null;
  return { id: `${directory}:note:${mark.at}:${mark.hash.slice(0, 8)}`, ...told };
}

function gapEvent({ directory, epoch, seq }: Position, after: number): Event {
  const steps = after - seq;
  return {
    id: `${directory}:${epoch}:${seq + 1}-${after}:gap`,
    type: 'notify.gap',
    time: null,
    text:
      (steps === 1
        ? `step ${after} is no longer in the journal: what happened in it`
        : `${steps} steps (${seq + 1} to ${after}) are no longer in the journal: what happened in them`) +
      ' was not told of',
    data: { from: seq + 1, to: after, steps },
  };
}

/** Whoever is told for the first time hears that the bot has started, and nothing from before. */
export function beforeStart(place: Place): NoteMark {
  const nothing = { at: '', hash: '' };
  const notes = notesAfter(place, nothing);
  const start = notes.findLastIndex(({ note }) => isToldStart(note));
  return notes.slice(0, start < 0 ? notes.length : start).at(-1)?.mark ?? nothing;
}

/** Why a position says nothing of this directory as it is; null: it does. */
export function strangeness(place: Place, position: Position, now: Position): string | null {
  if (position.directory !== now.directory) return 'it is of another directory';
  if (position.seq > now.seq) return `it stands at step ${position.seq}, beyond the last`;
  const epoch = position.seq === 0 ? null : epochAt(place, position.seq);
  return epoch === null || epoch === position.epoch ? null : 'its steps were replaced since';
}

/** Short, and the same for the same text. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
