/**
 * An event: something that happened, as others are told of it.
 *
 * Promises: what it says depends on the journal and the notes alone, so that an event that is sent
 * twice is the same to the byte; amounts in quote currency, shares as fractions, times in UTC
 * milliseconds. Never: a secret.
 */
import type { EventName } from '../app/event-name.ts';
import type { NoteMark } from '../app/journal-tail.ts';
import type { Millis } from '../base/time.ts';

/** What is told of without being asked for: a hole in what could be told, and a test. */
export type EventType = EventName | 'notify.gap' | 'notify.test';

export interface Event {
  /** `<directory>:<epoch>:<step>:<index of the fact>`; the same each time it is sent. */
  readonly id: string;
  readonly type: EventType;
  /** Market time of a fact, wall time of a note; null: not known. */
  readonly time: Millis | null;
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly data: object;
}

/** How far a channel has told of what happened. */
export interface Position {
  readonly directory: string;
  readonly epoch: number;
  /** Every step up to this one was told of. */
  readonly seq: number;
  /** Of the step after it: facts that were told of. */
  readonly index: number;
  /** The last note that was told of, or passed over. */
  readonly note: NoteMark;
}

/** An event that waits, and where a channel stands once it is told. */
export interface Waiting {
  readonly event: Event;
  readonly next: Position;
}
