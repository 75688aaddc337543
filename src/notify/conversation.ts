/**
 * A conversation: what a chat was answered, so that it is not told of the same thing again.
 *
 * Promises: while a command of the chat is done and answered its events wait; what the answer told of
 * is no event for that chat, and for every other channel it is one. In memory: a kill between answer
 * and event may tell the chat twice, never not at all.
 */
import { CHAT_STEPS_KEPT_MAX } from '../base/limits.ts';
import type { Event } from './event.ts';

/** `<directory>:<epoch>:<step>`: what the ids of the step's events begin with. */
export type StepName = string;

export interface Answer {
  readonly text: string;
  /** The step that it tells of; null: nothing has changed. */
  readonly step: StepName | null;
}

export class Conversation {
  #answering: Promise<void> | null = null;
  /** Oldest first: what is told may be some commands behind. */
  readonly #steps: StepName[] = [];

  /** `work` resolves to the step that the chat was answered about; null: to none. */
  async answer(work: () => Promise<StepName | null>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answering = promise;
    try {
      const step = await work();
      if (step !== null) this.#steps.push(step);
      if (this.#steps.length > CHAT_STEPS_KEPT_MAX) this.#steps.shift();
    } finally {
      this.#answering = null;
      resolve();
    }
  }

  async hasHeard({ id }: Pick<Event, 'id'>): Promise<boolean> {
    await this.#answering;
    return this.#steps.some(step => id.startsWith(`${step}:`));
  }
}
