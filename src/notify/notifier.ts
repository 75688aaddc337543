/**
 * The notifications of a running bot: who is told of what happens, and whose commands are done.
 *
 * Promises: made in a thread of their own; a step costs a look at the names of its facts, and the
 * thread is only told that there is something: it reads the journal itself, so that what a kill left
 * untold is told after the next start by the same lines. What fails is warned of and ends no
 * trading. Never: has a part in the state.
 */
import type { Worker } from 'node:worker_threads';
import type { EventName } from '../app/event-name.ts';
import type { Session } from '../app/session.ts';
import { startWorker } from '../app/worker.ts';
import { NOTIFY_QUIET_MS, NOTIFY_QUIET_STEPS, NOTIFY_STOP_MS_MAX } from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import type { StepResult } from '../core/step.ts';
import { answerOf } from './answer.ts';
import { eventNameOf } from './fact-event.ts';
import { VENUE } from './note-event.ts';
import type { NotifyTask, NotifyWorkerEvent, NotifyWorkerWord } from './notify-worker.ts';
import type { NotifyPlan } from './plan.ts';
import { VenueWatch } from './venue-watch.ts';

export interface NotifierOptions {
  readonly plan: NotifyPlan;
  readonly session: Session;
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly allowNetwork: boolean;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #events: ReadonlySet<EventName>;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #venue: VenueWatch;
  #isOpen = true;
  #told: number;
  #posted: number;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { plan, now, session } = options;
    const { store } = session.bot;
    this.#events = new Set([...plan.events, 'memory.replaced']);
    this.#told = store.seq;
    this.#posted = store.seq;
    const task = taskOf(options, now());
    this.#worker = startWorker(new URL('./notify-worker.ts', import.meta.url), task);
    this.#ended = new Promise(resolve => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (event: NotifyWorkerEvent) => this.#hear(event));
    this.#worker.on('error', error => this.#warnOfEnd(error));
    const note = (why: string): void => store.note({ what: VENUE, why, seq: store.seq });
    this.#venue = new VenueWatch({ now, note });
    this.#timer = setInterval(() => this.#rest(), NOTIFY_QUIET_MS).unref();
  }

  /** Called on each step, durable by then. */
  watch({ seq, facts }: StepResult): void {
    let isTold = false;
    for (const fact of facts) {
      const name = eventNameOf(fact);
      if (name !== null && this.#events.has(name)) isTold = true;
    }
    if (isTold) this.#told = seq;
    if (isTold || seq - this.#posted >= NOTIFY_QUIET_STEPS) this.#post(seq);
  }

  /** What a market's feed says of its venue: trouble, and what follows it. */
  venue(level: 'info' | 'warn', why: string): void {
    if (this.#isOpen) this.#venue.hear(level, why);
  }

  /** Sends what waits, but not for ever. The directory is still held. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#post();
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#say({ kind: 'stop' });
    const timer = setTimeout(() => this.#worker.terminate(), NOTIFY_STOP_MS_MAX + SECOND_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #rest(): void {
    this.#venue.look();
    this.#post();
  }

  #post(seq = this.#options.session.bot.store.seq): void {
    const { epoch } = this.#options.session.bot.store;
    this.#posted = seq;
    this.#say({ kind: 'heard', seq, epoch, told: this.#told });
  }

  #say(word: NotifyWorkerWord): void {
    this.#worker.postMessage(word);
  }

  #hear(event: NotifyWorkerEvent): void {
    if (event.kind === 'warning') this.#options.warn(event.what);
    else void this.#answer(event.number, event.command);
  }

  async #answer(number: number, command: string): Promise<void> {
    const { session, directory } = this.#options;
    const { text, seq } = await answerOf(command, { session, directory }).catch(error => ({
      text: `That failed: ${error instanceof Error ? error.message : String(error)}`,
      seq: null,
    }));
    const { directoryId, epoch } = session.bot.store;
    const step = seq === null ? null : `${directoryId}:${epoch}:${seq}`;
    this.#say({ kind: 'answer', number, text, step });
  }

  /** A bug there is no reason to stop trading here. */
  #warnOfEnd(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#options.warn(`notifications have ended: ${why}`);
  }
}

function taskOf(options: NotifierOptions, now: number): NotifyTask {
  const { plan, session, directory, journalMirror, allowNetwork } = options;
  const { store, world } = session.bot;
  const lotSizes = Object.fromEntries(
    Object.entries(world.portfolio.contracts).map(([symbol, { lotSize }]) => [symbol, lotSize]),
  );
  return {
    ...{ plan, directory, journalMirror, allowNetwork },
    context: { directory, lotSizes },
    start: {
      ...{ directory: store.directoryId, epoch: store.epoch, seq: store.seq, index: 0 },
      // Where the notes cannot be read.
      note: { at: new Date(now).toISOString(), hash: '' },
    },
  };
}
