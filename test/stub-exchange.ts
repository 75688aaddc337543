/**
 * ccxt's client of an exchange whose every answer is the test's: what is sent, and what is made of it.
 *
 * Promises: nothing leaves the process; the list of markets is one contract, written here; each
 * request is kept as it would go over the wire. Never: answers what it was not told to.
 */
import { type Client, loadClient } from '../src/exchange/ccxt/load.ts';

export interface Sent {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed, where it is JSON or a form; null without one. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** An object is JSON with status 200; an error is what the socket says. */
export type Answer = Error | object | { readonly status: number; readonly text: string };

export interface Stub {
  readonly client: Client;
  readonly sent: Sent[];
}

/** Texts that must turn up nowhere but in what is signed. */
export const KEYS = {
  apiKey: 'MARKER-key-1111',
  secret: 'MARKER-secret-2222',
  password: 'MARKER-phrase-3333',
  walletAddress: `0x${'a1'.repeat(20)}`,
  privateKey: `0x${'c4'.repeat(32)}`,
};

interface Rules {
  readonly id: string;
  readonly contractSize: number;
  readonly amount: number;
  readonly quote?: string;
  readonly info?: object;
  readonly options?: object;
}

const ORDER_TYPES = ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'];

const RULES: Readonly<Record<string, Rules>> = {
  kucoinfutures: { id: 'XBTUSDTM', contractSize: 0.001, amount: 1, options: { uta: false } },
  binanceusdm: {
    ...{ id: 'BTCUSDT', contractSize: 1, amount: 0.001 },
    info: { orderTypes: ORDER_TYPES },
  },
  bybit: {
    ...{ id: 'BTCUSDT', contractSize: 1, amount: 0.001 },
    options: { enableUnifiedMargin: false, enableUnifiedAccount: true },
  },
  okx: { id: 'BTC-USDT-SWAP', contractSize: 0.01, amount: 0.01 },
  gate: {
    ...{ id: 'BTC_USDT', contractSize: 0.0001, amount: 1 },
    options: { unifiedAccount: false },
  },
  hyperliquid: {
    ...{ id: '0', contractSize: 1, amount: 0.00001, quote: 'USDC' },
    options: { enableUnifiedMargin: false },
  },
};

interface StubOptions {
  /** Where streams are opened; null: none may be. */
  readonly streams?: string | null;
  /** Requests wait for their turn, as they do at the exchange. */
  readonly limited?: boolean;
}

export async function stubExchange(
  id: string,
  answer: (sent: Sent) => Answer | Promise<Answer>,
  { streams = null, limited = false }: StubOptions = {},
): Promise<Stub> {
  const client = await loadClient(id, { keys: KEYS, testUrl: streams });
  const rules = RULES[id] as Rules;
  if (!limited) Object.assign(client, { enableRateLimit: false });
  Object.assign(client.options, rules.options);
  client.setMarkets([marketOf(rules)] as never);
  const sent: Sent[] = [];
  const fetchImplementation = async (url: string, request: RequestInit): Promise<Response> => {
    const asked = sentOf(url, request);
    sent.push(asked);
    return respond(await answer(asked));
  };
  Object.assign(client, { fetchImplementation });
  return { client, sent };
}

export const symbolOf = (id: string): string => {
  const quote = RULES[id]?.quote ?? 'USDT';
  return `BTC/${quote}:${quote}`;
};

/** `where`: the end of a path, with the kind it is asked for, or the type in a body. */
export const isAsked = (where: string, { path, query, body }: Sent): boolean => {
  const [end = '', kind = ''] = where.split(' ');
  if (!end.startsWith('/')) return (body as { readonly type?: unknown })?.type === end;
  return path.endsWith(end) && (kind === '' || query['execType'] === kind);
};

function respond(answer: Answer): Response {
  if (answer instanceof Error) throw answer;
  if ('text' in answer && 'status' in answer && typeof answer.status === 'number')
    return new Response(answer.text, { status: answer.status });
  return Response.json(answer);
}

function sentOf(url: string, { method, body, headers }: RequestInit): Sent {
  const { host, pathname, searchParams } = new URL(url);
  return {
    ...{ method: method ?? 'GET', host, path: pathname },
    query: Object.fromEntries(searchParams),
    body: bodyOf(body),
    headers: headers as Record<string, string>,
  };
}

function bodyOf(body: RequestInit['body']): unknown {
  if (typeof body !== 'string' || body === '') return null;
  if (/^[[{]/.test(body)) return JSON.parse(body);
  return Object.fromEntries(new URLSearchParams(body));
}

function marketOf({ id, contractSize, amount, quote = 'USDT', info = {} }: Rules): object {
  return {
    ...{ id, symbol: `BTC/${quote}:${quote}`, lowercaseId: id.toLowerCase() },
    ...{ base: 'BTC', baseName: 'BTC', quote, settle: quote, type: 'swap', contractSize, info },
    ...{ baseId: id === '0' ? '0' : 'BTC', quoteId: quote, settleId: quote.toLowerCase() },
    ...{ spot: false, margin: false, swap: true, future: false, option: false, index: false },
    ...{ active: true, contract: true, linear: true, inverse: false, subType: 'linear' },
    precision: { amount, price: 0.1 },
    limits: { amount: {}, price: {}, cost: {}, leverage: {} },
  };
}
