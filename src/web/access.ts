/**
 * Access: the token of the dashboard's buttons, and the sessions of those who gave it.
 *
 * Promises: a token is compared in constant time; a wrong one is answered a second later, and a client
 * that gives many is told to wait, but the right one is never kept waiting for what others did; what a browser keeps is a
 * random session, in a cookie that no script reads and no other site sends. Sessions live in memory: a
 * restart ends them. Never: tells the token.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  WEB_ACTIONS_MAX,
  WEB_REQUESTS_MAX,
  WEB_SESSION_MS,
  WEB_SESSIONS_MAX,
  WEB_WRONG_TOKEN_MS,
  WEB_WRONG_TOKENS_MAX,
  WEB_WRONG_WAITING_MAX,
} from '../base/limits.ts';
import type { Millis } from '../base/time.ts';
import { Rate } from './rate.ts';

/** What is needed of a request. */
export interface Caller {
  readonly ip: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Who asks: with the token, with a session, with neither; or one who guessed too often. */
export type Standing = 'token' | 'session' | 'nobody' | 'wrong' | 'barred';

/** He has the token, or gave it before. */
export const isKnown = (standing: Standing): boolean =>
  standing === 'token' || standing === 'session';

export class Access {
  readonly #token: Buffer;
  readonly #cookie: string;
  readonly #now: () => Millis;
  readonly #sessions = new Map<string, Millis>();
  readonly #seen = new WeakMap<Caller, Standing>();
  readonly #wrong: Rate;
  readonly #strange: Rate;
  readonly #known: Rate;
  readonly #pause: () => Promise<void>;
  #waiting = 0;
  readonly actions: Rate;

  /** `place`: the directory; a browser keeps the cookies of all ports of a machine together. */
  constructor(token: string, place: string, now: () => Millis, pause = aWhile) {
    this.#token = digest(token);
    this.#cookie = `holdfast-${digest(place).toString('hex').slice(0, 8)}`;
    this.#now = now;
    this.#pause = pause;
    this.#wrong = new Rate(WEB_WRONG_TOKENS_MAX, now);
    this.#strange = new Rate(WEB_REQUESTS_MAX, now);
    this.#known = new Rate(WEB_REQUESTS_MAX, now);
    this.actions = new Rate(WEB_ACTIONS_MAX, now);
  }

  /** Asked twice of one request it is the same: a wrong token counts once. */
  standing(caller: Caller): Standing {
    const standing = this.#seen.get(caller) ?? this.#standingOf(caller);
    this.#seen.set(caller, standing);
    return standing;
  }

  /** The standing to answer by, when it is time to; of too many wrong tokens at once those are barred. */
  async slowed(standing: Standing): Promise<Standing> {
    if (standing !== 'wrong' && standing !== 'barred') return standing;
    if (this.#waiting >= WEB_WRONG_WAITING_MAX) return 'barred';
    this.#waiting += 1;
    await this.#pause();
    this.#waiting -= 1;
    return standing;
  }

  /** Counts a request; false: one too many. Behind a proxy strangers and owner are one address. */
  takes(ip: string, standing: Standing): boolean {
    return (isKnown(standing) ? this.#known : this.#strange).take(ip);
  }

  /** The cookie that opens a session, or why there is none. */
  signIn(ip: string, given: string): { readonly cookie: string } | 'wrong' | 'barred' {
    const standing = this.#judge(ip, given);
    if (standing !== 'token') return standing === 'barred' ? 'barred' : 'wrong';
    const session = randomBytes(32).toString('base64url');
    this.#sessions.set(digest(session).toString('hex'), this.#now() + WEB_SESSION_MS);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > WEB_SESSIONS_MAX && oldest !== undefined)
      this.#sessions.delete(oldest);
    return { cookie: this.#cookieOf(session, WEB_SESSION_MS) };
  }

  /** The cookie that takes it away. */
  signOut({ headers }: Caller): string {
    const session = this.#sessionIn(headers);
    if (session !== null) this.#sessions.delete(digest(session).toString('hex'));
    return this.#cookieOf('', 0);
  }

  #standingOf({ ip, headers }: Caller): Standing {
    const { authorization } = headers;
    if (typeof authorization === 'string') {
      const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
      return this.#judge(ip, given);
    }
    const session = this.#sessionIn(headers);
    return session !== null && this.#isOpen(session) ? 'session' : 'nobody';
  }

  #judge(ip: string, given: string): Standing {
    if (timingSafeEqual(digest(given), this.#token)) return 'token';
    return this.#wrong.take(ip) ? 'wrong' : 'barred';
  }

  #cookieOf(value: string, ms: Millis): string {
    return `${this.#cookie}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${ms / 1000}`;
  }

  #sessionIn({ cookie }: Caller['headers']): string | null {
    const text = typeof cookie === 'string' ? cookie : '';
    const own = text.split(/; */).find(each => each.startsWith(`${this.#cookie}=`));
    return own === undefined ? null : own.slice(this.#cookie.length + 1);
  }

  #isOpen(session: string): boolean {
    const key = digest(session).toString('hex');
    const endsAt = this.#sessions.get(key);
    if (endsAt !== undefined && this.#now() < endsAt) return true;
    this.#sessions.delete(key);
    return false;
  }
}

const aWhile = (): Promise<void> =>
  new Promise(resolve => void setTimeout(resolve, WEB_WRONG_TOKEN_MS).unref());

/** Of equal length whatever is given: to compare it tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
