/**
 * A receiver of events, and a Bot API, on a local port, with a plan of faults.
 *
 * Promises: what was taken is kept in order; a fault is used up by the request it meets.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A status, with `retry-after` where seconds are given; no answer; a connection that is cut. */
export type Fault = number | readonly [status: number, seconds: number] | 'hang' | 'cut';

export interface Taken {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export type Answering = (taken: Taken) => object | Promise<object>;

export class StubReceiver {
  /** Faults of the next requests, in order. */
  readonly faults: Fault[] = [];
  /** All requests, those that met a fault too. */
  readonly heard: Taken[] = [];
  /** Those that were answered well. */
  readonly taken: Taken[] = [];
  /** Every request meets this one; null: none. */
  always: Fault | null = null;
  /** Good answers that have left. */
  answered = 0;
  readonly #server: Server;

  private constructor(answering: Answering) {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response, answering);
    });
  }

  static async open(answering: Answering = () => ({}), port = 0): Promise<StubReceiver> {
    const stub = new StubReceiver(answering);
    await new Promise<void>(resolve => stub.#server.listen(port, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get ids(): string[] {
    return this.taken.map(({ body }) => String(body['id']));
  }

  get types(): string[] {
    return this.taken.map(({ body }) => String(body['type']));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answering: Answering,
  ): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const body = JSON.parse(text === '' ? '{}' : text) as Taken['body'];
    const taken = { path: request.url ?? '', headers: request.headers, text, body };
    this.heard.push(taken);
    const fault = this.always ?? this.faults.shift();
    if (fault === 'hang') return;
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fault !== undefined) {
      const [status, seconds] = typeof fault === 'number' ? [fault, null] : fault;
      response.writeHead(status, seconds === null ? {} : { 'retry-after': String(seconds) });
      response.end('{"ok":false,"description":"a fault"}');
      return;
    }
    this.taken.push(taken);
    const answer = await answering(taken);
    response.end(JSON.stringify(answer), () => {
      this.answered += 1;
    });
  }
}
