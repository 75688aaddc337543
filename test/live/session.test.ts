/**
 * A live account in a real session: what a failing disk and two clocks do to it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession } from '../../src/app/session.ts';
import { EXIT, Fault } from '../../src/base/fault.ts';
import { toUnits } from '../../src/base/money.ts';
import { Rng } from '../../src/base/rng.ts';
import { sessionOptions } from '../fixtures/session.ts';
import { BTC } from './desk-world.ts';
import { FakeVenue, LOT_SIZE } from './fake-venue.ts';

function liveOptions(venue: FakeVenue, directory: string | null) {
  const contract = {
    ...{ symbol: BTC, priceStep: 0.1, lotSize: LOT_SIZE, notionalMin: toUnits(5), leverageMax: 50 },
    tiers: [{ notionalMax: Number.MAX_SAFE_INTEGER, rate: 0.005 }],
  };
  const feed = {
    ...{ contracts: [contract], remaining: null, async close() {} },
    async *candles() {
      for (;;) {
        await sleep(200);
        yield [];
      }
    },
  };
  const market = {
    mode: 'live',
    market: 'fake',
    account: 'fake',
    timeframeMs: 60_000,
    fundingFiles: [],
  };
  return sessionOptions({}, {
    directory,
    source: async () => ({ ...market, venue, feed }),
  } as never).wire;
}
async function liveSession(directory: string | null) {
  const venue = new FakeVenue(new Rng([1, 2, 3, 4]), toUnits(100_000));
  venue.byHand(BTC, 'buy', 10);
  venue.clock += 60_000;
  const timer = setInterval(() => {
    venue.clock += 100;
  }, 100);
  const session = await openSession(liveOptions(venue, directory));
  const stop = new AbortController();
  const run = session
    .run({ pace: { next: () => null } as never, stop: stop.signal, until: null })
    .catch(e => e);
  while (session.bot.world.portfolio.positions[BTC] === undefined) await sleep(20);
  const end = async () => {
    stop.abort();
    clearInterval(timer);
    return run;
  };
  return { venue, session, end };
}

describe('a live account in a session', () => {
  it('asks for no candle before the account was met: its stops come before the first decision', async () => {
    const venue = new FakeVenue(new Rng([1, 2, 3, 4]), toUnits(100_000));
    venue.byHand(BTC, 'buy', 10);
    venue.clock += 60_000;
    const answered = Promise.withResolvers<void>();
    const { positions } = venue;
    venue.positions = async (...of) => {
      await answered.promise;
      return positions.apply(venue, of);
    };
    const options = liveOptions(venue, null);
    const source = await options.source(1);
    let asked = 0;
    const feed = {
      ...source.feed,
      async *candles() {
        asked += 1;
        for (;;) {
          await sleep(50);
          yield [];
        }
      },
    };
    const session = await openSession({ ...options, source: () => ({ ...source, feed }) });
    const stop = new AbortController();
    const run = session.run({
      pace: { next: () => null } as never,
      stop: stop.signal,
      until: null,
    });
    await sleep(300);
    assert.equal(asked, 0, 'the loop waits for the meeting');
    answered.resolve();
    while (asked === 0) await sleep(20);
    stop.abort();
    await run;
  });

  it('sends no order whose step failed to become durable', async () => {
    const { venue, session, end } = await liveSession(null);
    await sleep(1000);
    const before = venue.accepted.size;
    session.bot.store.append = () => {
      throw new Fault(EXIT.disk, 'no space left', 'x');
    };
    await assert.rejects(session.tell({ kind: 'flatten' }), /no space/);
    await sleep(3000);
    await end();
    assert.equal(venue.accepted.size, before, 'the exit of a flatten that was refused was sent');
  });
  it('a trade may seem to end before it began: the directory opens again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-live-'));
    try {
      const { venue, session, end } = await liveSession(directory);
      venue.clock = (session.bot.world.portfolio.positions[BTC]?.openedAt ?? 0) - 500;
      venue.byHand(BTC, 'sell', 10);
      while (session.bot.world.portfolio.positions[BTC] !== undefined) {
        session.bot.live?.ring();
        await sleep(100);
      }
      await end();
      await session.checkpoint('stopped');
      await session.close();
      await (await openSession(liveOptions(venue, directory))).close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
