/**
 * An account at an exchange, and the one way to ask something of it.
 *
 * Promises: every request ends within its time, the reading of the answer included; a failure says
 * whether it may have had its effect; after a refusal for the time the exchange's clock is read anew.
 * Never: asks a second time by itself.
 */

import { EXCHANGE_ANSWER_MS_MAX } from '../../base/limits.ts';
import { ok, type Result } from '../../base/result.ts';
import { SECOND_MS } from '../../base/time.ts';
import { inside } from './decimal.ts';
import type { Dialect } from './dialect.ts';
import type { Client } from './load.ts';
import { outcomeOf, Unfit, Unreadable } from './outcome.ts';

export interface Account {
  readonly client: Client;
  readonly dialect: Dialect;
  /** What no message may hold. */
  readonly secrets: readonly string[];
}

/** One client an account: what ends `watch` closes the client's streams. */
export function openAccount(client: Client, dialect: Dialect): Account {
  dialect.tame(client);
  guardAnswers(client, dialect);
  // The exchange's clock is read with the list of markets, before anything is signed.
  client.options['adjustForTimeDifference'] = true;
  const { apiKey, secret, password, uid, privateKey, token } = client;
  const secrets = [apiKey, secret, password, uid, privateKey, token].filter(
    text => typeof text === 'string' && text !== '',
  );
  return { client, dialect, secrets };
}

export async function ask<T>(
  account: Account,
  request: (client: Client) => Promise<T>,
): Promise<Result<T>> {
  const { client, dialect, secrets } = account;
  try {
    // A list that could not be had is remembered as a failure by ccxt, until it is asked for anew.
    await client.loadMarkets(client.markets === undefined, { ...dialect.marketParams });
    return ok(await request(client));
  } catch (thrown) {
    const error = outcomeOf(thrown, dialect.sayings, secrets);
    if (error.code === 'clock') await readClock(client);
    return { ok: false, error };
  }
}

/** The exchange's time, as far as it is known. */
export const clockOf = (client: Client): number => client.milliseconds() - skewOf(client);

function skewOf(client: Client): number {
  const { timeDifference } = client.options as { readonly timeDifference?: unknown };
  return typeof timeDifference === 'number' ? timeDifference : 0;
}

/** ccxt takes what it finds into its signatures. Without an answer the old difference stays. */
export async function readClock(client: Client): Promise<void> {
  try {
    await client.loadTimeDifference();
  } catch {
    // The next request tells what is wrong.
  }
}

/**
 * ccxt's own limit ends with the head of an answer: a body that never ends would be waited for
 * without one. And ccxt takes whatever is no list for an empty one, so that an answer that was cut
 * would say that there is no order, no fill and no position.
 */
function guardAnswers(client: Client, dialect: Dialect): void {
  const whole = client as unknown as { fetch: Fetch };
  const fetch = whole.fetch.bind(client);
  whole.fetch = async (...request) => {
    const answer = await inTime(fetch(...request));
    checkAnswer(answer, dialect, request);
    return answer;
  };
}

type FetchRequest = [url: string, method?: string, headers?: object, body?: unknown];
type Fetch = (...request: FetchRequest) => Promise<unknown>;

function checkAnswer(answer: unknown, dialect: Dialect, [url, method, , body]: FetchRequest): void {
  if (typeof answer !== 'object' || answer === null) throw new Unreadable('no JSON');
  const list = dialect.listPath({
    ...{ method: method ?? 'GET', path: new URL(url).pathname, body: String(body ?? '') },
  });
  if (list === null) return;
  const found = list.reduce<unknown>((node, key) => inside(node)[key], answer);
  if (!Array.isArray(found)) throw new Unreadable('no list');
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RequestTimeout(OVERDUE)), WHOLE_ANSWER_MS_MAX);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** ccxt's own limit comes first, where it holds. */
const WHOLE_ANSWER_MS_MAX = EXCHANGE_ANSWER_MS_MAX + SECOND_MS;
const OVERDUE = 'the answer was not whole in time';

/** Named as ccxt names its own. */
class RequestTimeout extends Error {
  override name = 'RequestTimeout';
}

/** Steps of a linear contract. Another kind has other money. */
export function stepOf(client: Client, symbol: string): number {
  const { linear, precision } = client.market(symbol);
  if (linear !== true) throw new Unfit(`${symbol} is no linear contract`);
  if (precision.amount === undefined) throw new Unreadable('no step of sizes');
  return precision.amount;
}
