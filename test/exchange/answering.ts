/**
 * How a request is answered: who asks, by which route, and what goes wrong on the way.
 *
 * Promises: a fault that says that nothing is done does nothing; one that says that it is done has
 * done it before the answer is lost. Never: an answer that KuCoin's gateway would not give.
 */
import { CONTROL } from './control.ts';
import type { Faults, KeptBack, RequestFault } from './fault.ts';
import { Refusal } from './refusal.ts';
import { findRoute, type Params, type Route } from './route.ts';
import { type ApiKey, type Clock, checkPermission, checkSignature } from './sign.ts';
import type { Answer, Asked } from './web.ts';

export interface Answering {
  readonly routes: readonly Route[];
  readonly key: ApiKey;
  readonly clock: () => Clock;
  readonly faults: Faults;
  /** The contract that an account's request is about; null: it names none. */
  readonly contractOf: (params: Params) => string | null;
}

/** The gateway in front of KuCoin speaks HTML. */
const gateway = (status: number, what: string): Answer => ({
  status,
  body: `<html><head><title>${status} ${what}</title></head><body>cloudflare</body></html>`,
});

const GATEWAY_TIMEOUT = gateway(504, 'Gateway Time-out');
const SERVER_ERRORS: readonly Answer[] = [
  { status: 500, body: { code: '500000', msg: 'Internal Server Error' } },
  gateway(502, 'Bad Gateway'),
  { status: 503, body: { code: '503000', msg: 'Service unavailable' } },
  GATEWAY_TIMEOUT,
];

/** KuCoin's two: the account's limit, and a server that is overloaded. */
const RATE_LIMITS: readonly Answer[] = [
  {
    status: 429,
    headers: {
      'gw-ratelimit-limit': '2000',
      'gw-ratelimit-remaining': '0',
      'gw-ratelimit-reset': '1500',
    },
    body: {
      code: '200002',
      msg: 'Too many requests in a short period of time, please retry later',
    },
  },
  { status: 429, body: { code: '429000', msg: 'Too Many Requests' } },
];

export async function answerTo(asked: Asked, by: Answering): Promise<Answer | null> {
  if (asked.path.startsWith(CONTROL)) return answered(asked, by);
  const fault = by.faults.ofRequest(nameOf(asked, by.routes));
  const count = by.faults.log.length;
  if (fault === 'dropRequest') return null;
  if (fault === 'rateLimit') return oneOf(RATE_LIMITS, count);
  if (fault === 'serverError') return oneOf(SERVER_ERRORS, count);
  if (fault === 'echo') return echoOf(asked);
  const keepBack = () => by.faults.keepBack(asked.path, concernOf(asked, by));
  if (fault === 'lateRequest') await keepBack();
  if (fault === 'twice') answered(asked, by);
  const answer = answered(asked, by);
  return afterwards(fault, answer, keepBack);
}

/** No position waits for candles, for the time, or for a stream's token. */
function concernOf(asked: Asked, by: Answering): KeptBack['concerns'] {
  try {
    const { route, params } = findRoute(by.routes, asked);
    if (route.permission === null || route.path.endsWith('/bullet-private')) return null;
    return by.contractOf(params) ?? 'account';
  } catch {
    return null;
  }
}

/** What some gateways show of a request that they could not pass on. */
function echoOf({ target, header }: Asked): Answer {
  const named = ['KEY', 'PASSPHRASE', 'SIGN'].map(name => header(`KC-API-${name}`));
  return { status: 500, body: { code: '500000', msg: `failed: ${target} ${named.join(' ')}` } };
}

async function afterwards(
  fault: RequestFault | null,
  answer: Answer,
  keepBack: () => Promise<void>,
): Promise<Answer | null> {
  if (fault === 'dropAnswer') return null;
  if (fault === 'doneError') return GATEWAY_TIMEOUT;
  if (fault === 'lateAnswer') await keepBack();
  return answer;
}

const oneOf = (answers: readonly Answer[], count: number): Answer =>
  answers[count % answers.length] as Answer;

function answered(asked: Asked, by: Answering): Answer {
  try {
    const { route, params } = findRoute(by.routes, asked);
    if (route.permission !== null) {
      checkSignature(asked, by.key, by.clock());
      checkPermission(by.key, route.permission);
    }
    return { status: 200, body: { code: '200000', data: route.answer(params) ?? null } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: { code: error.code, msg: error.message } };
  }
}

/** Faults are counted by route, so that ids in paths do not matter. */
function nameOf(asked: Asked, routes: readonly Route[]): string {
  try {
    const { route } = findRoute(routes, asked);
    return `${route.method} ${route.path}`;
  } catch {
    return `${asked.method} ${asked.path}`;
  }
}
