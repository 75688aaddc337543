/**
 * The exchange's clock, as far as this machine knows it.
 *
 * Promises: what the exchange says of its time is taken at the middle of the request; a candle that
 * has opened proves that its time has come. Never: sets the machine's clock, or decides a trade:
 * it says when to ask, and whether a candle came too late.
 */
import type { Millis } from '../../base/time.ts';
import { type Answer, ask } from './ask.ts';
import type { Client } from './load.ts';

export interface ExchangeClock {
  now(): Millis;
  /** The exchange told of something that happened at this time. */
  heard(time: Millis): void;
  /** Asks the exchange. */
  adjust(): Promise<Answer<Millis>>;
}

export function createExchangeClock(client: Pick<Client, 'fetchTime'>): ExchangeClock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    heard(time) {
      const now = Date.now();
      if (time > now + offset) offset = time - now;
    },
    async adjust() {
      const before = Date.now();
      const answer = await ask(async () => Number(await client.fetchTime()));
      if (!answer.ok) return answer;
      const after = Date.now();
      if (Number.isFinite(answer.value)) offset = answer.value - (before + after) / 2;
      return { ok: true, value: after + offset };
    },
  };
}
