/**
 * The streams: what is new, to every page that listens, as server-sent events.
 *
 * Each event has the id `<run>-<number>`; a browser whose connection was cut tells the last one it
 * saw. Promises: it goes on after that one where the changes since are kept, with a beat behind them that
 * says so at once, else it begins with a `snapshot`; a client that reads too slowly is cut (it resumes by itself) and holds up nobody.
 * Never: builds an event twice for two clients.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { assert } from '../base/assert.ts';
import {
  STREAM_BEAT_MS,
  STREAM_BUFFER_BYTES_MAX,
  STREAM_CHANGES_BYTES_MAX,
  STREAM_CHANGES_MAX,
  STREAM_CLOSE_MS,
  STREAMS_MAX,
} from '../base/limits.ts';
import type { Change, Snapshot } from './view.ts';

export interface StreamsOptions {
  readonly run: string;
  readonly snapshot: () => Snapshot;
  /** True when the first page listens, false when the last has gone. */
  readonly onWatched: (watched: boolean) => void;
}

/** What is needed of a response. */
export type Channel = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'writableLength' | 'once' | 'on'
>;

/** An event, not a comment: a page hears it, and knows that a quiet market is no dead line. */
const BEAT = 'event: beat\ndata: still here\n\n';

interface Kept {
  readonly number: number;
  readonly text: string;
}

interface Client {
  readonly channel: Channel;
  /** What its first event may keep waiting: that is its own size, and no sign of slowness. */
  allowance: number;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #clients = new Set<Client>();
  readonly #beat: NodeJS.Timeout;
  #kept: Kept[] = [];
  #keptBytes = 0;
  #number = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#beat = setInterval(() => this.#toAll(BEAT), STREAM_BEAT_MS).unref();
  }

  get count(): number {
    return this.#clients.size;
  }

  /** There are as many as there may be. */
  get isFull(): boolean {
    return this.#clients.size >= STREAMS_MAX;
  }

  open(channel: Channel, lastEventId: string | undefined): void {
    assert(!this.isFull, 'room for a stream');
    const missed = this.#missedSince(lastEventId);
    const { snapshot } = this.#options;
    const first = missed ?? this.#eventText('snapshot', this.#number, JSON.stringify(snapshot()));
    const client = { channel, allowance: first.length };
    const leave = (): void => this.#drop(client);
    channel.on('error', leave);
    channel.once('close', leave);
    channel.on('drain', () => {
      client.allowance = 0;
    });
    this.#clients.add(client);
    // A line at once: a browser calls the stream open when the first bytes are there.
    if (channel.write(`retry: 1000\n\n${first}`)) client.allowance = 0;
    if (this.#clients.size === 1) this.#options.onWatched(true);
  }

  send(change: Change): void {
    this.#number += 1;
    const text = this.#eventText('change', this.#number, JSON.stringify(change));
    this.#kept.push({ number: this.#number, text });
    this.#keptBytes += text.length;
    while (this.#kept.length > STREAM_CHANGES_MAX || this.#keptBytes > STREAM_CHANGES_BYTES_MAX)
      this.#keptBytes -= this.#kept.shift()?.text.length ?? 0;
    this.#toAll(text);
  }

  /** Ends every stream; resolves when what was written has left, or after a while. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    const left = [...this.#clients].map(
      ({ channel }) => new Promise<void>(resolve => channel.end(resolve)),
    );
    await Promise.race([Promise.all(left), setTimeout(STREAM_CLOSE_MS, null, { ref: false })]);
  }

  #toAll(text: string): void {
    for (const client of this.#clients) {
      const { channel, allowance } = client;
      if (channel.writableLength > STREAM_BUFFER_BYTES_MAX + allowance) channel.destroy();
      else channel.write(text);
    }
  }

  #drop(client: Client): void {
    if (this.#clients.delete(client) && this.#clients.size === 0) this.#options.onWatched(false);
  }

  /** Every change after that event, and a beat, as there may be none; null: it is not known, or too long ago. */
  #missedSince(lastEventId: string | undefined): string | null {
    const [, run, digits] = /^([0-9a-z]+)-(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
    if (run !== this.#options.run || digits === undefined) return null;
    const last = Number(digits);
    const oldest = this.#kept[0]?.number ?? this.#number + 1;
    if (last > this.#number || last < oldest - 1) return null;
    const missed = this.#kept.flatMap(({ number, text }) => (number > last ? [text] : []));
    return [...missed, BEAT].join('');
  }

  #eventText(event: 'snapshot' | 'change', number: number, data: string): string {
    return `id: ${this.#options.run}-${number}\nevent: ${event}\ndata: ${data}\n\n`;
  }
}
