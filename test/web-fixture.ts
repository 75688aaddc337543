/**
 * A dashboard's server without a bot: a model of some trades, and a bot that notes what it is asked.
 */

import type { InjectOptions } from 'fastify';
import type { Survey } from '../src/app/directory-view.ts';
import type { AttentionDay } from '../src/app/learning-view.ts';
import { Access } from '../src/web/access.ts';
import type { Assets } from '../src/web/asset.ts';
import { AttentionMemory } from '../src/web/attention-memory.ts';
import type { Bot, Door, ViewName, Views } from '../src/web/message.ts';
import { Model } from '../src/web/model.ts';
import { createServer } from '../src/web/server.ts';
import { type Channel, Streams } from '../src/web/stream.ts';
import type { Change, Snapshot, Status, TradeRow } from '../src/web/view.ts';

export const TOKEN = 'a-token-of-the-tests-0123456789';

export const statusWith = (given: Partial<Status> = {}): Status => ({
  ...{ mode: 'paper', market: 'kucoin', symbols: ['BTC/USDT:USDT'], quote: 'USDT' },
  ...{ timeframeMs: 60_000, version: '0.2.0', directory: 'models', startedAt: 0, at: 1000 },
  ...{ seq: 7, candles: 5, marketTime: 300_000, following: null, progress: null },
  ...{ candlesPerSecond: null, startBalance: 10_000, balance: 10_000, equity: 10_012.5 },
  ...{ dayProfit: 12.5, drawdown: 0.01, drawdownMax: 0.02, feesPaid: 1, fundingPaid: 0 },
  ...{ closedTrades: 0, winRate: null, profitFactor: null, ended: null },
  gauges: [{ id: 'max_drawdown', title: 'maximum drawdown', value: 0.01, limit: 0.2 }],
  lamps: [{ id: 'paused', title: 'paused', on: true, text: 'paused: …', until: null }],
  frozen: [],
  ...given,
});

export const snapshotWith = (given: Partial<Snapshot> = {}): Snapshot => ({
  ...{ status: statusWith(), positions: [], orders: [], equity: [], candles: {}, marks: [] },
  news: [],
  ...given,
});

export const changeTo = (seq: number, given: Partial<Change> = {}): Change => ({
  ...{ from: seq - 1, status: statusWith({ seq }), positions: [], orders: [], equity: [] },
  ...{ candles: {}, marks: [], news: [], stale: [] },
  ...given,
});

export const tradeWith = (given: Partial<TradeRow> = {}): TradeRow => ({
  ...{ id: '1-0', symbol: 'BTC/USDT:USDT', side: 'long', entryTime: 0, exitTime: 60_000 },
  ...{ entryPrice: 100, exitPrice: 101, quantity: 1, leverage: 3, fees: 0.1, funding: 0 },
  ...{ profit: 0.9, profitRatio: 0.027, durationMs: 60_000, exitReason: 'take_profit' },
  strategy: 'momentum',
  ...given,
});

const SURVEY: Survey = {
  files: new Map([
    ['run', { seq: 7, writtenAt: 1000, verifiedAt: 2000 }],
    ['market', { seq: 6, writtenAt: 500, verifiedAt: 600 }],
  ]),
  verification: { at: 2000, files: 3, findings: 0, repaired: 0 },
};

export class BotDouble implements Bot {
  readonly asked: string[] = [];
  /** Of attention, in this run. */
  days: readonly AttentionDay[] = [];

  async view<N extends ViewName>(name: N): Promise<Views[N]> {
    this.asked.push(name);
    const rows = ['run', 'market', 'risk'].map(id => ({ id, seq: 7, writtenAt: null }));
    const state = {
      seq: 7,
      attentionPast: this.days,
      journal: { bytes: 1, mirror: null },
      files: rows,
      verification: null,
    };
    return state as unknown as Views[N];
  }

  async act(action: string) {
    this.asked.push(action);
    return { ok: action !== 'verify', text: `did ${action}` };
  }
}

export interface ServerWish {
  readonly door?: Partial<Door>;
  readonly assets?: Assets;
  readonly trades?: readonly TradeRow[];
  readonly ailment?: string | null;
  /** Attention before this run. */
  readonly past?: readonly AttentionDay[];
  readonly now?: () => number;
  /** Before a wrong token is answered. */
  readonly pause?: () => Promise<void>;
  /** The directory. */
  readonly place?: string;
}

export function serverWith({
  door,
  assets,
  trades = [],
  ailment = null,
  past = [],
  now,
  pause = async () => undefined,
  place = '/of/a/test',
}: ServerWish = {}) {
  const bot = new BotDouble();
  const model = new Model(snapshotWith(), trades);
  const streams = new Streams({
    ...{ run: 'r', snapshot: () => model.snapshot(), onWatched: () => undefined },
  });
  const whole: Door = {
    ...{ host: '127.0.0.1', port: 8080, hosts: [], token: TOKEN, isOpen: false },
    ...door,
  };
  const app = createServer({
    ...{
      door: whole,
      model,
      streams,
      bot,
      ailment: () => ailment,
      inspect: async () => ({
        weight: { directory: 4096, journal: 512, lag: { steps: 2, bytes: 99 } },
        survey: SURVEY,
      }),
    },
    access: new Access(whole.token, place, now ?? (() => 0), pause),
    assets: assets ?? { files: new Map(), scriptHashes: [] },
    attention: new AttentionMemory(async () => past),
    metrics: async () => 'holdfast_equity_quote 1\n',
  });
  return { app, bot, model, streams };
}

type Headers = Record<string, string>;

const HOST = { host: '127.0.0.1:8080' };

/** Ways to ask it, as a browser on this machine would. */
export function opened(wish: ServerWish = {}) {
  const made = serverWith(wish);
  const get = (url: string, headers: Headers = {}) =>
    made.app.inject({ method: 'GET', url, headers: { ...HOST, ...headers } });
  const post = (url: string, payload: InjectOptions['payload'], headers: Headers = {}) =>
    made.app.inject({
      ...{ method: 'POST', url },
      payload: payload as object,
      headers: { ...HOST, 'content-type': 'application/json', ...headers },
    });
  const pause = (headers: Headers) => post('/api/action', { action: 'pause' }, headers);
  return { ...made, get, post, pause };
}

type Listener = (...given: never[]) => void;

/** A response that keeps what is written, and takes it only when it is told to. */
export class ChannelDouble {
  text = '';
  writableLength = 0;
  isEnded = false;
  isDestroyed = false;
  isSlow = false;
  readonly #listeners = new Map<string, Listener[]>();

  write(text: string): boolean {
    this.text += text;
    if (this.isSlow) this.writableLength += text.length;
    return !this.isSlow;
  }

  end(done: () => void): void {
    this.isEnded = true;
    done();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.tell('close');
  }

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  once(name: string, listener: Listener): void {
    this.on(name, listener);
  }

  tell(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  get channel(): Channel {
    return this as unknown as Channel;
  }

  /** Of the events that were written. */
  get ids(): string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(match => match[1] ?? '');
  }

  get events(): string[] {
    return [...this.text.matchAll(/^event: (.*)$/gm)].map(match => match[1] ?? '');
  }
}
