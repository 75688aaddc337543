/**
 * A lane: one channel, its cursor, and the loop that tells it what waits.
 *
 *   read what waits after the cursor → send → (refused: keep it as undelivered) → move the cursor
 *
 * Promises: events in order, each until it is taken or refused; the cursor moves after the answer, so
 * that an end between the two is the one way in which an event is sent twice, under the same id. A
 * cursor that cannot be written is owed: nothing more is sent before it is. Throws what the folder or
 * the journal says. Never: holds more than one batch; what waits is in the journal.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SideFolder } from '../app/side-folder.ts';
import { NOTIFY_QUIET_STEPS, NOTIFY_UNDELIVERED_BYTES_MAX } from '../base/limits.ts';
import type { Channel, Sent } from './channel.ts';
import type { Cursor } from './cursor.ts';
import type { Event, Position, Waiting } from './event.ts';
import { type Batch, batchAfter, type OutboxOptions } from './outbox.ts';
import { waitMs } from './retry.ts';

/** What the bot says of its journal. */
export interface Heard {
  /** The last step, and its epoch. */
  readonly seq: number;
  readonly epoch: number;
  /** The last step with something to tell; none lies between it and `seq`. */
  readonly told: number;
}

export interface LaneOptions {
  readonly channel: Channel;
  readonly cursor: Cursor;
  readonly outbox: OutboxOptions;
  readonly folder: SideFolder;
  /** Ends what is under way; `tell` only begins nothing more when it is stopped. */
  readonly cut: AbortSignal;
  /** Wall clock. */
  readonly now: () => number;
  readonly random: () => number;
  readonly warn: (line: string) => void;
}

export class Lane {
  readonly #options: LaneOptions;
  #at: Position;
  /** The cursor is behind, and has to be written first. */
  #isOwed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#at = options.cursor.position;
  }

  /** Tells all that waits; returns early when stopped. */
  async tell(stop: AbortSignal): Promise<void> {
    if (this.#isOwed) this.#save(this.#at);
    await this.#through(one => this.#deliver(one.event, stop), stop);
  }

  /** What waits is tried once, in order, to the first that fails. */
  async tellOnce(): Promise<void> {
    if (this.#isOwed) this.#save(this.#at);
    const deliver = async ({ event }: Waiting) => (await this.#send(event)).kind !== 'failed';
    await this.#through(deliver, this.#options.cut);
    this.#save(this.#at);
  }

  /** Where nothing is to be told the journal is not read. */
  hear({ seq, epoch, told }: Heard): void {
    if (this.#at.seq < told || this.#at.seq >= seq) return;
    this.#at = { ...this.#at, seq, epoch, index: 0 };
    if (seq - this.#options.cursor.position.seq >= NOTIFY_QUIET_STEPS) this.#save(this.#at);
  }

  /** Saves how far nothing was to be told. */
  rest(): void {
    if (this.#at.seq !== this.#options.cursor.position.seq) this.#save(this.#at);
  }

  async #through(deliver: (one: Waiting) => Promise<boolean>, stop: AbortSignal): Promise<void> {
    for (let more = true; more && !stop.aborted; ) {
      const batch: Batch = batchAfter(this.#options.outbox, this.#at);
      for (const one of batch.waiting) {
        if (stop.aborted || !(await deliver(one))) return;
        this.#save(one.next);
      }
      this.#at = batch.next;
      more = batch.more;
    }
  }

  async #deliver(event: Event, stop: AbortSignal): Promise<boolean> {
    const { channel, random, warn } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const sent = await this.#send(event);
      if (sent.kind !== 'failed') return true;
      if (stop.aborted) return false;
      if (attempt === 1)
        warn(`${channel.name}: ${event.type} is not delivered yet (${sent.why}): trying again`);
      const ms = waitMs(attempt, sent.afterMs, random);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return false;
    }
  }

  async #send(event: Event): Promise<Sent> {
    const sent = await this.#options.channel.send(event, this.#options.cut);
    if (sent.kind === 'refused') this.#giveUp(event, sent.why);
    return sent;
  }

  #giveUp(event: Event, why: string): void {
    const { channel, folder, now, warn } = this.#options;
    const line = { at: new Date(now()).toISOString(), channel: channel.name, why, event };
    folder.addLine('undelivered', JSON.stringify(line), NOTIFY_UNDELIVERED_BYTES_MAX);
    warn(`${channel.name}: ${event.type} was refused (${why}): see notify/undelivered.jsonl`);
  }

  #save(position: Position): void {
    this.#at = position;
    this.#isOwed = true;
    this.#options.cursor.save(position);
    this.#isOwed = false;
  }
}
