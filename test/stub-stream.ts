/**
 * The other end of ccxt's streams: a WebSocket server on this machine that says what a test has it say.
 *
 * Promises: each message that comes in is kept, and taken as the exchange would take it. Never: speaks
 * by itself otherwise.
 */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Parsed. */
export type Heard = Readonly<Record<string, unknown>>;

/** What an exchange answers to a subscription or a login; null: nothing. */
export type Take = (heard: Heard) => object | null;

export class StubStream {
  readonly heard: Heard[] = [];
  /** What the connections were opened for: path and query. */
  readonly opened: string[] = [];
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();
  #wake: () => void = () => {};

  private constructor(server: WebSocketServer, take: Take) {
    this.#server = server;
    server.on('connection', (socket, { url = '' }) => {
      this.#sockets.add(socket);
      this.opened.push(url);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('message', text => {
        const heard = JSON.parse(String(text)) as Heard;
        this.heard.push(heard);
        const answer = take(heard);
        if (answer !== null) socket.send(JSON.stringify(answer));
        this.#wake();
      });
      this.#wake();
    });
  }

  static async open(take: Take): Promise<StubStream> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise<void>(resolve => server.once('listening', resolve));
    return new StubStream(server, take);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** To everybody who is there. */
  say(...messages: readonly object[]): void {
    for (const socket of this.#sockets)
      for (const message of messages) socket.send(JSON.stringify(message));
  }

  /** Looks again whenever somebody connects or says something. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
  }

  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise(resolve => this.#server.close(resolve));
  }
}

/** As the exchanges of `market-answer.ts` take what is asked for, and who asks. */
export const TAKES: Readonly<Record<string, Take>> = {
  binanceusdm: ({ id }) => ({ result: null, id }),
  bybit: ({ op, req_id }) => ({ success: true, ret_msg: '', conn_id: 'c-1', req_id, op }),
  okx: ({ op, args }) =>
    op === 'login'
      ? { event: 'login', code: '0', msg: '', connId: 'a4d3ae55' }
      : { event: 'subscribe', arg: (args as readonly object[])[0], connId: 'a4d3ae55' },
  gate: ({ time, id, channel, event, payload }) => ({
    ...{ time, id, channel, event, payload, error: null, result: { status: 'success' } },
  }),
  hyperliquid: data => ({ channel: 'subscriptionResponse', data }),
};
