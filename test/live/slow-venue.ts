/**
 * A venue that takes its time: answers come later by its own clock, and who does not wait for them
 * goes on meanwhile.
 */
import assert from 'node:assert/strict';
import type { Failure } from '../../src/base/result.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { stopLots } from './desk-lag.ts';
import type { DeskWorld } from './desk-world.ts';

const QUESTIONS = [
  ...(['prepare', 'mode', 'place', 'cancel', 'find', 'order'] as const),
  ...(['openOrders', 'fills', 'funding', 'positions', 'wallet'] as const),
];
export type Question = (typeof QUESTIONS)[number];

export interface Asked {
  readonly question: Question;
  /** Undefined for what is asked of the whole account. */
  readonly symbol: string | undefined;
}

/** From here on each answer takes as long as `delayMs` says. Returns what plays rounds at such a venue. */
export function slowDown(
  desk: DeskWorld,
  delayMs: (asked: Asked) => number,
): (forMs: number, after?: () => void) => Promise<void> {
  const { venue } = desk;
  const due: { readonly at: number; readonly go: () => void }[] = [];
  for (const question of QUESTIONS) {
    const answer = venue[question].bind(venue) as (...what: unknown[]) => Promise<never>;
    venue[question] = async (...what: unknown[]) => {
      const ms = delayMs({ question, symbol: symbolOf(what) });
      if (ms > 0) await new Promise<void>(go => due.push({ at: venue.clock + ms, go }));
      return answer(...what);
    };
  }
  desk.rest = ms => new Promise(go => due.push({ at: venue.clock + ms, go }));
  async function round(after: () => void): Promise<Failure | null> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    const ended = desk.attendant.round();
    ended.then(over, over);
    for (;;) {
      // Everything that does not wait for the venue has been done then.
      await new Promise(setImmediate);
      if (isOver) break;
      const next = due.sort((one, other) => one.at - other.at).shift();
      assert.ok(next !== undefined, 'a round waits for nothing');
      venue.tick(venue.price, Math.max(0, next.at - venue.clock));
      next.go();
      after();
    }
    return ended;
  }
  desk.round = () => round(() => {});
  return async (forMs, after = () => {}) => {
    const until = venue.clock + forMs;
    while (venue.clock < until) {
      await round(after);
      venue.tick(venue.price, desk.attendant.restMs());
      after();
    }
  };
}

/** The longest time of the next `forMs` that a pair's position stands without its stop. */
export async function bareMs(
  desk: DeskWorld,
  symbol: string,
  { delayMs, forMs = MINUTE_MS }: { delayMs: (asked: Asked) => number; forMs?: number },
): Promise<number> {
  const { venue } = desk;
  let [since, longest] = [venue.clock, 0];
  await slowDown(desk, delayMs)(forMs, () => {
    if (stopLots(venue, symbol) >= Math.abs(venue.lots.get(symbol) ?? 0)) since = venue.clock;
    longest = Math.max(longest, venue.clock - since);
  });
  return longest;
}

/** Each question says it at another place. */
const symbolOf = (what: readonly unknown[]): string | undefined =>
  what
    .flatMap(each => (isTicket(each) ? [each.symbol] : [each]))
    .filter(each => typeof each === 'string')
    .find(each => each.includes('/'));

const isTicket = (what: unknown): what is { readonly symbol: string } =>
  typeof what === 'object' && what !== null && 'symbol' in what;
