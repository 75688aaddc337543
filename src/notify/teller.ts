/**
 * A teller: keeps a lane going, and has the bell that wakes it.
 *
 * Promises: what fails (a folder that cannot be written, a journal that cannot be read) is warned of
 * once, and tried again with the back-off for as long as the bot runs. Never: throws, so that one
 * channel's trouble is no other's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NOTIFY_PAUSE_MS } from '../base/limits.ts';
import type { Heard, Lane } from './lane.ts';
import { waitMs } from './retry.ts';

export interface TellerOptions {
  /** Of the channel. */
  readonly name: string;
  /** Reads the cursor, and writes it where it is new: may fail like any turn. */
  readonly open: () => Lane;
  readonly random: () => number;
  readonly warn: (line: string) => void;
}

export class Teller {
  readonly #options: TellerOptions;
  #lane: Lane | null = null;
  #ring: () => void = () => undefined;
  #rung = true;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  hear(heard: Heard): void {
    this.#lightly(lane => lane.hear(heard));
    this.ring();
  }

  /** Saves how far nothing was to be told. */
  rest(): void {
    if (!this.#lightly(lane => lane.rest())) this.ring();
  }

  async run(stop: AbortSignal): Promise<void> {
    const { name, random, warn } = this.#options;
    for (let failures = 0; !stop.aborted; ) {
      this.#rung = false;
      const why = await this.#turn(lane => lane.tell(stop));
      failures = why === null ? 0 : failures + 1;
      if (failures === 1) warn(`${name}: nothing is told for now (${why}): trying again`);
      const ms = why === null ? NOTIFY_PAUSE_MS : waitMs(failures, null, random);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
      if (why === null && !this.#rung && !stop.aborted)
        await new Promise<void>(resolve => {
          this.#ring = resolve;
        });
    }
  }

  /** What waits is tried once more. */
  async finish(): Promise<void> {
    const { name, warn } = this.#options;
    const why = await this.#turn(lane => lane.tellOnce());
    if (why !== null) warn(`${name}: what waits is told after the next start (${why})`);
  }

  /** Why it failed; null: it did not. */
  async #turn(work: (lane: Lane) => Promise<void>): Promise<string | null> {
    try {
      this.#lane ??= this.#options.open();
      await work(this.#lane);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What fails here is owed by the lane, and the next turn tells of it. */
  #lightly(work: (lane: Lane) => void): boolean {
    try {
      if (this.#lane !== null) work(this.#lane);
      return true;
    } catch {
      return false;
    }
  }
}
