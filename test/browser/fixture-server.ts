/**
 * A dashboard's server without a bot: canned answers, and a hand on its stream.
 *
 * Promises: what the page may rely on of the real one (event ids, resuming behind Last-Event-ID,
 * cookie and header for actions) holds here; each request is written down. Never: trades.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ActionAnswer,
  ActionRequest,
  Change,
  Snapshot,
  TradePage,
  TradeRow,
} from '../../src/web/view.ts';
import { assetAt, contentPolicy } from './fixture-asset.ts';
import { type FixtureData, fixtureData } from './fixture-data.ts';

export const TOKEN = 'the-token-of-the-fixture';
const COOKIE = 'session=of-the-fixture';

interface Sent {
  readonly id: string;
  readonly change: Change;
}

export class FixtureServer {
  readonly requests: string[] = [];
  readonly actions: string[] = [];
  /** Every event id that went out, by stream: a hole or a double would stand here. */
  readonly ids: string[][] = [];
  /** Everything asks for the token, as on an address of the network. */
  locked = false;
  data: FixtureData;
  snapshot: Snapshot;
  readonly #policy = contentPolicy();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #streams = new Set<ServerResponse>();
  #sent: Sent[] = [];
  #refuses = false;
  #port = 0;

  constructor(now = Date.now()) {
    this.data = fixtureData(now);
    this.snapshot = this.data.snapshot;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Something happened. `skipped`: it goes to nobody, and every stream has a hole. */
  push(news: Partial<Change>, skipped = false): void {
    const { status } = this.snapshot;
    const next = { ...status, seq: status.seq + 1, at: Date.now(), ...news.status };
    const change: Change = {
      ...{ positions: this.snapshot.positions, orders: this.snapshot.orders },
      ...{ equity: [], candles: {}, marks: [], news: [], stale: [] },
      ...news,
      ...{ from: status.seq, status: next },
    };
    const { candles } = this.snapshot;
    const grown = Object.entries(change.candles).map(
      ([symbol, rows]) => [symbol, [...(candles[symbol] ?? []), ...rows]] as const,
    );
    this.snapshot = {
      ...{ status: next, positions: change.positions, orders: change.orders },
      equity: [...this.snapshot.equity, ...change.equity],
      candles: { ...candles, ...Object.fromEntries(grown) },
      marks: [...this.snapshot.marks, ...change.marks],
      news: [...this.snapshot.news, ...change.news],
    };
    if (skipped) return;
    const sent = { id: `1-${this.#sent.length + 1}`, change };
    this.#sent.push(sent);
    for (const stream of this.#streams) this.#send(stream, 'change', sent.id, change);
  }

  say(text: string): void {
    this.push({ news: [{ seq: this.snapshot.status.seq + 1, time: Date.now(), text }] });
  }

  /** Every stream breaks; `refuses`: and none opens until it is let in again. */
  cut(refuses = false): void {
    this.#refuses = refuses;
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  letIn(): void {
    this.#refuses = false;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${request.url}`);
    response.setHeader('content-security-policy', this.#policy);
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.method === 'POST') return this.#post(request, response, pathname);
    const asset = assetAt(pathname);
    if (asset !== null)
      return void response.writeHead(200, { 'content-type': asset.type }).end(asset.body);
    if (this.#refuses) return void request.socket.destroy();
    if (this.locked && !isKnown(request)) return json(response, 401, { ok: false, text: '' });
    if (pathname === '/api/stream') return this.#stream(request, response);
    if (pathname === '/api/snapshot') return json(response, 200, this.snapshot);
    if (pathname === '/api/trades') return json(response, 200, this.#trades(searchParams));
    if (pathname === '/api/trades.csv') {
      const rows = chosen(this.data.trades, searchParams).map(one => `${one.id},${one.symbol}`);
      response.writeHead(200, { 'content-type': 'text/csv' });
      return void response.end(['id,symbol', ...rows, ''].join('\r\n'));
    }
    if (pathname === '/api/learning') return json(response, 200, this.data.learning);
    if (pathname === '/api/state') return json(response, 200, this.data.state);
    json(response, 404, { ok: false, text: 'There is nothing.' });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 200\n\n');
    const last = String(request.headers['last-event-id'] ?? '');
    const [run, at] = last.split('-');
    this.ids.push([]);
    if (run === '1')
      for (const sent of this.#sent.slice(Number(at)))
        this.#send(response, 'change', sent.id, sent.change);
    else this.#send(response, 'snapshot', `1-${this.#sent.length}`, this.snapshot);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  #send(stream: ServerResponse, event: string, id: string, data: unknown): void {
    this.ids.at(-1)?.push(id);
    stream.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #trades(params: URLSearchParams): TradePage {
    const found = chosen(this.data.trades, params);
    const offset = Number(params.get('offset') ?? 0);
    const values = (key: 'symbol' | 'strategy' | 'exitReason'): string[] =>
      [...new Set(this.data.trades.map(trade => trade[key]))].sort();
    return {
      ...{ found: found.length, kept: this.data.trades.length },
      rows: found.slice(offset, offset + Number(params.get('limit') ?? 50)),
      ...{ symbols: values('symbol'), strategies: values('strategy') },
      reasons: values('exitReason'),
    };
  }

  async #post(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const body = JSON.parse((await request.setEncoding('utf8').toArray()).join(''));
    if (path === '/api/login') {
      const isRight = body.token === TOKEN;
      if (isRight) response.setHeader('set-cookie', `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`);
      return json(response, isRight ? 200 : 401, { ok: isRight, text: '' });
    }
    if (path === '/api/logout') {
      response.setHeader('set-cookie', 'session=; Max-Age=0; Path=/');
      return json(response, 200, { ok: true, text: 'Signed out.' });
    }
    if (path !== '/api/action' || !isKnown(request) || request.headers['x-holdfast'] !== '1')
      return json(response, 401, { ok: false, text: '' });
    json(response, 200, this.#act(body));
  }

  #act({ action }: ActionRequest): ActionAnswer {
    this.actions.push(action);
    if (action === 'pause' || action === 'resume') {
      const { status } = this.snapshot;
      const lamps = status.lamps.map(lamp =>
        lamp.id === 'paused'
          ? { ...lamp, on: action === 'pause', text: 'by the operator; resume lifts it' }
          : lamp,
      );
      this.push({ status: { ...status, seq: status.seq + 1, lamps } });
    }
    return { ok: true, text: `${action}: done.` };
  }
}

const isKnown = (request: IncomingMessage): boolean =>
  (request.headers.cookie ?? '').split('; ').includes(COOKIE);

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function chosen(trades: readonly TradeRow[], params: URLSearchParams): TradeRow[] {
  const fits = (value: string, name: string): boolean =>
    [null, '', value].includes(params.get(name));
  const key = (params.get('sort') ?? 'exitTime') as keyof TradeRow;
  const turn = params.get('order') === 'asc' ? 1 : -1;
  return trades
    .filter(
      trade =>
        fits(trade.symbol, 'symbol') &&
        fits(trade.side, 'side') &&
        fits(trade.strategy, 'strategy') &&
        fits(trade.exitReason, 'reason'),
    )
    .sort((one, other) => (one[key] < other[key] ? -turn : one[key] > other[key] ? turn : 0));
}
