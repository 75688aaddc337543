/**
 * The dashboard's server without a bot: its routes, guard and streams as they are, on canned
 * answers, with a hand on its lines.
 *
 * Promises: what a page is told comes from the model that the bot's server has; whatever is ordered
 * is written down. Never: trades.
 */
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Access } from '../../src/web/access.ts';
import { loadAssets } from '../../src/web/asset.ts';
import { AttentionMemory } from '../../src/web/attention-memory.ts';
import type { Bot, Door } from '../../src/web/message.ts';
import { Model } from '../../src/web/model.ts';
import { createServer } from '../../src/web/server.ts';
import { Streams } from '../../src/web/stream.ts';
import type { ActionName, Change, Snapshot, Status, TradeRow } from '../../src/web/view.ts';
import { ChannelDouble } from '../web-fixture.ts';
import { type FixtureData, fixtureData } from './fixture-data.ts';

export const TOKEN = 'the-token-of-the-fixture';
const HOST = '127.0.0.1';
const WEIGHT = { directory: 14_204_118, journal: 9_482_112, lag: { steps: 1, bytes: 2048 } };
/** Types are stripped once for all tests of a file. */
const assets = loadAssets();

/** What a bot that begins anew has in place of what the fixture says. */
export interface Wish {
  readonly status?: Partial<Status>;
  readonly snapshot?: Partial<Snapshot>;
  /** Looking takes the token as well, as on an address of the network. */
  readonly isOpen?: boolean;
}

/** `lost`: it goes to no stream, and each has a hole then. */
export type Happening = Partial<Omit<Change, 'status' | 'from'>> & {
  readonly status?: Partial<Status>;
  readonly trades?: readonly TradeRow[];
  readonly lost?: boolean;
};

export class FixtureServer {
  readonly actions: ActionName[] = [];
  readonly data: FixtureData = fixtureData(Date.now());
  readonly #model: Model;
  readonly #streams: Streams;
  readonly #app: FastifyInstance;
  readonly #sockets = new Set<Socket>();
  readonly #others: ChannelDouble[] = [];
  #refuses = false;
  #url = '';

  constructor({ status, snapshot: given, isOpen = false }: Wish = {}) {
    const { trades, learning, state } = this.data;
    const snapshot = { ...this.data.snapshot, ...given };
    this.#model = new Model({ ...snapshot, status: { ...snapshot.status, ...status } }, trades);
    const door: Door = { host: HOST, port: 0, hosts: [], token: TOKEN, isOpen };
    const views = { learning, state };
    const bot: Bot = { view: async name => views[name], act: async action => this.#act(action) };
    this.#streams = new Streams({
      ...{ run: 'run', snapshot: () => this.#model.snapshot(), onWatched: () => undefined },
    });
    this.#app = createServer({
      ...{ door, assets, model: this.#model, streams: this.#streams, bot },
      access: new Access(TOKEN, 'a directory', () => performance.now()),
      attention: new AttentionMemory(async () => []),
      inspect: async () => ({ weight: WEIGHT, survey: null }),
      ...{ metrics: async () => '', ailment: () => null },
    });
    this.#app.server.on('connection', (socket: Socket) => this.#meet(socket));
  }

  get url(): string {
    return this.#url;
  }

  get snapshot(): Snapshot {
    return this.#model.snapshot();
  }

  async open(): Promise<this> {
    this.#url = await this.#app.listen({ host: HOST, port: 0 });
    return this;
  }

  async close(): Promise<void> {
    this.cut();
    await this.#streams.close();
    await this.#app.close();
  }

  push({ trades = [], lost = false, status, ...news }: Happening): void {
    const { seq } = this.#model.status;
    const { positions, orders } = this.snapshot;
    const change: Change = {
      ...{ positions, orders, equity: [], candles: {}, marks: [], news: [], stale: [] },
      ...news,
      from: seq,
      status: { ...this.#model.status, at: Date.now(), ...status, seq: seq + 1 },
    };
    this.#model.take(change, trades);
    if (!lost) this.#streams.send(change);
  }

  say(text: string, lost = false): void {
    this.push({ news: [{ seq: this.#model.status.seq + 1, time: Date.now(), text }], lost });
  }

  /** Every line breaks, and none is taken until the page is let in again. */
  cut(): void {
    this.#refuses = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  letIn(): void {
    this.#refuses = false;
  }

  /** Other pages take every place, once those that were cut have left theirs. */
  async fill(): Promise<void> {
    while (this.#streams.count > 0) await setTimeout(5);
    while (!this.#streams.isFull) {
      const other = new ChannelDouble();
      this.#others.push(other);
      this.#streams.open(other.channel, undefined);
    }
  }

  /** The other pages leave. */
  empty(): void {
    for (const other of this.#others.splice(0)) other.tell('close');
  }

  #meet(socket: Socket): void {
    if (this.#refuses) return void socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #act(action: ActionName): { readonly ok: boolean; readonly text: string } {
    this.actions.push(action);
    if (action === 'pause' || action === 'resume') this.#pause(action === 'pause');
    return { ok: true, text: `${action}: done.` };
  }

  #pause(on: boolean): void {
    const text = on ? 'by the operator; resume lifts it' : '';
    const { lamps } = this.#model.status;
    this.push({
      status: { lamps: lamps.map(one => (one.id === 'paused' ? { ...one, on, text } : one)) },
    });
  }
}
