/**
 * A lane: one channel, its cursor, and the loop that tells it what waits.
 *
 *   read what waits after the cursor → send → (refused: keep it as undelivered) → move the cursor
 *
 * Promises: events in order, each until it is taken or refused; the cursor moves after the answer, so
 * that a kill between the two is the one way in which an event is sent twice, under the same id.
 * Never: holds more than one batch; what waits is in the journal.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SideFolder } from '../app/side-folder.ts';
import { NOTIFY_QUIET_STEPS, NOTIFY_UNDELIVERED_BYTES_MAX } from '../base/limits.ts';
import type { Channel } from './channel.ts';
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

/** How a channel is doing. */
export interface ChannelStatus {
  readonly name: string;
  /** Every step up to this one was told of. */
  readonly seq: number;
  /** Events that are known to wait. */
  readonly pending: number;
  readonly delivered: number;
  /** Given up since the start; notify/undelivered.jsonl has them. */
  readonly undelivered: number;
  /** Why the last attempt failed; null: it did not. */
  readonly lastError: string | null;
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
  readonly onStatus: (status: ChannelStatus) => void;
}

export class Lane {
  readonly #options: LaneOptions;
  #at: Position;
  #delivered = 0;
  #undelivered = 0;
  #lastError: string | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#at = options.cursor.position;
  }

  /** Tells all that waits; returns early when stopped. */
  async tell(stop: AbortSignal): Promise<void> {
    await this.#through(one => this.#deliver(one.event, stop), stop);
  }

  /** What waits is tried once, in order, to the first that fails. */
  async tellOnce(): Promise<void> {
    await this.#through(({ event }) => this.#attempt(event), this.#options.cut);
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
      for (const [index, one] of batch.waiting.entries()) {
        this.#tellStatus(batch.waiting.length - index);
        if (stop.aborted || !(await deliver(one))) return;
        this.#save(one.next);
      }
      this.#at = batch.next;
      more = batch.more;
      this.#tellStatus(0);
    }
  }

  async #deliver(event: Event, stop: AbortSignal): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const { kind, afterMs } = await this.#send(event);
      if (kind !== 'failed') return true;
      if (stop.aborted) return false;
      if (attempt === 1) this.#warnOf(event);
      this.#tellStatus(1);
      const ms = waitMs(attempt, afterMs, this.#options.random);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return false;
    }
  }

  async #attempt(event: Event): Promise<boolean> {
    const { kind } = await this.#send(event);
    if (kind === 'failed') this.#tellStatus(1);
    return kind !== 'failed';
  }

  async #send(event: Event): Promise<{ readonly kind: string; readonly afterMs: number | null }> {
    const sent = await this.#options.channel.send(event, this.#options.cut);
    this.#lastError = sent.kind === 'delivered' ? null : sent.why;
    if (sent.kind === 'delivered') this.#delivered += 1;
    if (sent.kind === 'refused') this.#giveUp(event, sent.why);
    return { kind: sent.kind, afterMs: sent.kind === 'failed' ? sent.afterMs : null };
  }

  #warnOf({ type }: Event): void {
    const { channel, warn } = this.#options;
    warn(`${channel.name}: ${type} is not delivered yet (${this.#lastError}): trying again`);
  }

  #giveUp(event: Event, why: string): void {
    const { channel, folder, now, warn } = this.#options;
    this.#undelivered += 1;
    const line = { at: new Date(now()).toISOString(), channel: channel.name, why, event };
    folder.addLine('undelivered', JSON.stringify(line), NOTIFY_UNDELIVERED_BYTES_MAX);
    warn(`${channel.name}: ${event.type} was refused (${why}): see notify/undelivered.jsonl`);
  }

  #save(position: Position): void {
    this.#options.cursor.save(position);
    this.#at = position;
  }

  #tellStatus(pending: number): void {
    const { channel, onStatus } = this.#options;
    onStatus({
      ...{ name: channel.name, seq: this.#at.seq, pending, lastError: this.#lastError },
      ...{ delivered: this.#delivered, undelivered: this.#undelivered },
    });
  }
}
