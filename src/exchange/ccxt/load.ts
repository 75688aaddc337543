/**
 * A client of an exchange: ccxt's class of that exchange, and no other module of ccxt.
 *
 * ccxt exports one module that loads all its exchanges. The class of one of them is loaded by the
 * URL of its file (docs/decisions/0090-ccxt.md). Promises: an unknown id is a config fault with the
 * nearest name; nothing is sent yet. Never: reads a key from anywhere (they are given), or talks to
 * another place than the exchange, but for a test's on this machine.
 */
import type { Exchange } from 'ccxt';
import { EXIT, Fault } from '../../base/fault.ts';
import { EXCHANGE_ANSWER_MS_MAX } from '../../base/limits.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { DAY_MS, type Millis, SECOND_MS } from '../../base/time.ts';
import { guardSockets } from './socket.ts';

/** Callers pick of it what they need: a test's stub is as small as that. */
export type Client = Exchange;

export interface ExchangeKind {
  /** Holdfast was tried on this exchange's own ways. */
  readonly verified: boolean;
  /** What ccxt gives as a candle's volume. */
  readonly volumeIn: 'base' | 'contracts';
  /** A request that is signed for a time farther from the exchange's own is refused. */
  readonly signedMsMax: Millis;
  /** Its own name of the end of a stretch of funding rates, where ccxt leaves the end out. */
  readonly ratesEnd?: 'after';
  /** An account is a wallet: the key is its address, the secret the private key that signs for it. */
  readonly isWallet?: true;
}

/** By ccxt's ids. */
export const EXCHANGES: Readonly<Record<string, ExchangeKind>> = {
  binanceusdm: { verified: false, volumeIn: 'base', signedMsMax: 10 * SECOND_MS },
  bybit: { verified: false, volumeIn: 'base', signedMsMax: 5 * SECOND_MS },
  gate: { verified: false, volumeIn: 'contracts', signedMsMax: 60 * SECOND_MS },
  hyperliquid: { verified: false, volumeIn: 'base', signedMsMax: DAY_MS, isWallet: true },
  kucoinfutures: { verified: true, volumeIn: 'contracts', signedMsMax: 5 * SECOND_MS },
  okx: { verified: false, volumeIn: 'base', signedMsMax: 30 * SECOND_MS, ratesEnd: 'after' },
};

/** As ccxt names them. */
export interface Keys {
  readonly apiKey?: string;
  readonly secret?: string;
  readonly password?: string;
  readonly uid?: string;
}

export interface ClientOptions {
  readonly keys?: Keys;
  /** `http://127.0.0.1:4000`: a test's exchange in the place of the real one. */
  readonly testUrl?: string | null;
}

/**
 * Where a test's exchange listens; null: there is none. An environment variable, since the crash
 * tests trade in processes of their own; any other machine than this one is refused, so that no
 * variable that somebody planted can send orders or keys elsewhere.
 */
export function testExchangeUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const url = env['HOLDFAST_TEST_EXCHANGE_URL'];
  if (url === undefined || url === '') return null;
  if (LOOPBACK.test(url)) return url;
  throw new Fault(
    EXIT.config,
    'HOLDFAST_TEST_EXCHANGE_URL names another machine',
    'remove the variable: it is for tests of Holdfast itself, on 127.0.0.1',
  );
}

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Refuses an id that is none of ours. */
export function checkExchangeId(id: string): void {
  if (Object.hasOwn(EXCHANGES, id)) return;
  const known = Object.keys(EXCHANGES);
  const near =
    known.find(one => one.startsWith(id) || id.startsWith(one)) ?? nearestName(id, known);
  throw new Fault(
    EXIT.config,
    `unknown exchange: ${id}`,
    near === null ? `the exchanges are ${known.join(', ')}` : `did you mean ${near}?`,
  );
}

export async function loadClient(id: string, options: ClientOptions = {}): Promise<Client> {
  checkExchangeId(id);
  const module = (await import(moduleUrl(id).href)) as {
    readonly default: new (config: object) => Client;
  };
  const client = new module.default({
    ...credentialsOf(id, options.keys),
    timeout: EXCHANGE_ANSWER_MS_MAX,
    enableRateLimit: true,
  });
  guardSockets(client);
  if (typeof options.testUrl === 'string') await redirect(client, options.testUrl);
  return client;
}

/** As the exchange's class wants them. */
const credentialsOf = (id: string, keys: Keys = {}): object =>
  EXCHANGES[id]?.isWallet === true && keys.apiKey !== undefined
    ? { walletAddress: keys.apiKey, privateKey: keys.secret, ...keys }
    : keys;

/** The class with WebSocket, which extends the one without. */
const moduleUrl = (id: string): URL => new URL(`./src/pro/${id}.js`, import.meta.resolve('ccxt'));

/** All that the client would ask of the exchange is asked of the test's. */
async function redirect(client: Client, testUrl: string): Promise<void> {
  // Without it ccxt opens no stream that is not encrypted.
  await client.loadHttpProxyAgent();
  const urls = client.urls as { api: unknown };
  urls.api = redirected(urls.api, testUrl.replace(/^http:/, ''));
}

function redirected(node: unknown, place: string): unknown {
  if (typeof node === 'string')
    return node.replace(/^(http|ws)s?:\/\/[^/]+/, (_, scheme: string) => `${scheme}:${place}`);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, inner]) => [key, redirected(inner, place)]),
  );
}
