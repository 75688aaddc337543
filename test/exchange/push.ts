/**
 * The test exchange's WebSocket: tokens, welcome, ping and pong, topics, messages.
 *
 * Promises: a private topic needs a private token; messages of a connection keep their order.
 * Never: decides what is said.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Message {
  readonly topic: string;
  readonly subject: string;
  readonly data: object;
}

interface Connection {
  readonly socket: WebSocket;
  readonly isPrivate: boolean;
  readonly topics: Set<string>;
}

interface Wish {
  readonly id?: string;
  readonly type?: string;
  readonly topic?: string;
}

/** Topics that tell of one account. */
const PRIVATE =
  /^\/contractMarket\/(tradeOrders|advancedOrders)|^\/contractAccount\/|^\/contract\/position/;
/** Those of them that ring for a round at a bot's desk: of orders and of stops. */
const RINGS = /^\/contractMarket\/(tradeOrders|advancedOrders)/;
const PUBLIC =
  /^\/contractMarket\/(limitCandle|ticker|tickerV2|execution):|^\/contract\/instrument:/;

/** What becomes of a message on its way: sends it once, twice, later, or never. */
export type Carrier = (send: () => void) => void;

export class Push {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<Connection>();
  readonly #tokens = new Map<string, boolean>();
  readonly #pingIntervalMs: number;
  /** Every token that was ever given. */
  readonly issued: string[] = [];
  /** When a message of an order or a stop left, or a client saw its stream cut; the machine's clock. */
  readonly rangAtMs: number[] = [];
  /** True while connections stay open and say nothing. */
  isSilent = false;

  constructor(pingIntervalMs: number) {
    this.#pingIntervalMs = pingIntervalMs;
  }

  /** The answer of `bullet-public` and `bullet-private`. */
  bullet(address: string, isPrivate: boolean): object {
    const token = randomUUID();
    this.#tokens.set(token, isPrivate);
    this.issued.push(token);
    const server = {
      endpoint: `ws://${address}/endpoint`,
      encrypt: false,
      protocol: 'websocket',
      pingInterval: this.#pingIntervalMs,
      pingTimeout: 10_000,
    };
    return { token, instanceServers: [server] };
  }

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    this.#server.handleUpgrade(message, socket, head, opened => {
      const { searchParams } = new URL(message.url ?? '/', 'http://127.0.0.1');
      const isPrivate = this.#tokens.get(searchParams.get('token') ?? '');
      const id = searchParams.get('connectId') ?? randomUUID();
      opened.on('error', () => {});
      if (isPrivate === undefined) {
        opened.send(JSON.stringify({ id, type: 'error', code: 401, data: 'token is expired' }));
        opened.close();
        return;
      }
      const connection = { socket: opened, isPrivate, topics: new Set<string>() };
      this.#connections.add(connection);
      opened.on('close', () => this.#connections.delete(connection));
      opened.on('message', text => this.#hear(connection, String(text)));
      opened.send(JSON.stringify({ id, type: 'welcome' }));
    });
  }

  /** Topics that somebody has subscribed to. */
  get topics(): ReadonlySet<string> {
    return new Set([...this.#connections].flatMap(connection => [...connection.topics]));
  }

  /** Sends to everybody who subscribed to the topic. */
  say(message: Message, carry: Carrier = send => send()): void {
    const isPrivate = PRIVATE.test(message.topic);
    const envelope = isPrivate
      ? { type: 'message', ...message, userId: 'test-account', channelType: 'private' }
      : { type: 'message', ...message };
    const text = JSON.stringify(envelope);
    const send = (connection: Connection): void => {
      const isSent = this.#send(connection, text);
      if (isSent && RINGS.test(message.topic)) this.rangAtMs.push(performance.now());
    };
    for (const connection of this.#connections)
      if (connection.topics.has(message.topic)) carry(() => send(connection));
  }

  /** Tokens are good for 24 hours at KuCoin; here until they are forgotten. */
  forgetTokens = (): void => this.#tokens.clear();

  /** Cuts every connection. */
  cut(): void {
    for (const { socket, isPrivate } of this.#connections) {
      socket.terminate();
      if (isPrivate) this.rangAtMs.push(performance.now());
    }
  }

  /** False: nobody hears it. */
  #send({ socket }: Connection, text: string): boolean {
    if (this.isSilent || socket.readyState !== socket.OPEN) return false;
    socket.send(text);
    return true;
  }

  #hear(connection: Connection, text: string): void {
    const { id = '', type = '', topic = '' } = JSON.parse(text) as Wish;
    const reply = (message: object) => this.#send(connection, JSON.stringify({ id, ...message }));
    if (type === 'ping') reply({ type: 'pong', timestamp: 0 });
    else if (type === 'subscribe' || type === 'unsubscribe') {
      const topics = topicsIn(topic);
      const bad = topics.find(one => !PUBLIC.test(one) && !PRIVATE.test(one));
      if (bad !== undefined) reply({ type: 'error', code: 404, data: `topic ${bad} is not found` });
      else if (!connection.isPrivate && topics.some(one => PRIVATE.test(one)))
        reply({ type: 'error', code: 403, data: 'login is required' });
      else {
        for (const one of topics)
          if (type === 'subscribe') connection.topics.add(one);
          else connection.topics.delete(one);
        reply({ type: 'ack' });
      }
    } else reply({ type: 'error', code: 415, data: 'type is not supported' });
  }
}

/** `/a:X_1min,Y_1min` is two topics. */
function topicsIn(topic: string): string[] {
  const [name = '', list] = topic.split(':');
  return list === undefined ? [name] : list.split(',').map(item => `${name}:${item}`);
}
