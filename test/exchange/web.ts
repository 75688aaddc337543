/**
 * The web server under the test exchange: requests in, KuCoin's envelope out.
 *
 * Promises: on 127.0.0.1 only; after `down` connections are refused, after `up` it listens on the
 * same port again. Never: knows what a request means.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';

export interface Asked {
  readonly method: string;
  /** Without the query: `/api/v1/orders`. */
  readonly path: string;
  /** As it was signed: path and query. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly bodyText: string;
  readonly header: (name: string) => string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: object | string;
}

/** Null: the connection is cut instead of an answer. */
export type Responder = (asked: Asked) => Promise<Answer | null>;
export type Upgrader = (message: IncomingMessage, socket: Duplex, head: Buffer) => void;

export class Web {
  readonly #respond: Responder;
  readonly #upgrade: Upgrader;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port: number;

  constructor(respond: Responder, upgrade: Upgrader, port: number = 0) {
    this.#respond = respond;
    this.#upgrade = upgrade;
    this.#port = port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get isUp(): boolean {
    return this.#server !== null;
  }

  async up(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((message, response) => {
      void this.#serve(message, response);
    });
    server.on('upgrade', this.#upgrade);
    server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    if (this.#port > 0) await listenOn(server, this.#port);
    else this.#port = await listenSomewhere(server);
  }

  /** Cuts every connection and refuses new ones. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise(resolve => {
      server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const asked = await askedBy(message);
    // Who dies in the middle of a request has asked for nothing.
    if (asked === null) return;
    const answer = await this.#respond(asked);
    if (answer === null) {
      message.socket.destroy();
      return;
    }
    const { status, headers, body } = answer;
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  }
}

/** Below those that the system gives to whoever connects: one of them would take it in an outage. */
const PORTS = { first: 20_000, count: 12_000 };
let opened = process.pid * 31;

async function listenSomewhere(server: Server): Promise<number> {
  for (;;) {
    opened += 1;
    const port = PORTS.first + (opened % PORTS.count);
    try {
      await listenOn(server, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function askedBy(message: IncomingMessage): Promise<Asked | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  const target = message.url ?? '/';
  const url = new URL(target, 'http://127.0.0.1');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    target,
    query: url.searchParams,
    bodyText: Buffer.concat(chunks).toString('utf8'),
    header: name => String(message.headers[name.toLowerCase()] ?? ''),
  };
}
