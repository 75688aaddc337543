import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { toUnits } from '../base/money.ts';
import { components } from '../components.ts';
import type { Feed } from '../core/exchange.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { simulatedFeed } from '../exchange/simulated.ts';
import { openEntriesOf } from '../trade/portfolio.ts';
import type { BotParts } from './bot.ts';
import type { Told } from './operator.ts';
import { runSession, type Session } from './session.ts';
import { hashesOf } from './view.ts';

const START = Date.UTC(2025, 0, 1);

describe('a session', () => {
  it('ends after the candles it was given, and says how many it has run', async () => {
    const { ending, bot, figures } = await runSession(sessionOptions());
    assert.equal(ending, 'until');
    assert.equal(figures.candles, 2000);
    assert.equal(bot.world.run.candles, 2000);
    assert.equal(bot.world.run.seed, 1);
  });

  it('ends before the first candle that would close after the time it was given', async () => {
    const until = { kind: 'time', time: START + 10 * 60_000 } as const;
    const { ending, bot } = await runSession(sessionOptions({ until }));
    assert.equal(ending, 'until');
    assert.equal(bot.world.run.lastCandleTime, START + 9 * 60_000);
    assert.equal(bot.world.run.candles, 20);
  });

  it('ends at the next candle when it is told to stop', async () => {
    const control = new AbortController();
    let steps = 0;
    const watch = (): void => {
      steps += 1;
      if (steps === 7) control.abort();
    };
    const { ending, bot } = await runSession(sessionOptions({ stop: control.signal }, { watch }));
    assert.equal(ending, 'stopped');
    // The first step binds the directory.
    assert.equal(bot.world.run.candles, 6);
  });

  it('says that another starting balance has no effect once it has traded, and says it once', async context => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-session-'));
    context.after(() => rmSync(directory, { recursive: true }));
    const run = async (startBalance: number, count: number, change: Partial<Settings> = {}) => {
      const warned: string[] = [];
      const settings = { ...DEFAULT_SETTINGS, ...change, startBalance: toUnits(startBalance) };
      const wire = { directory, settings, warn: (line: string) => warned.push(line) };
      const until = { kind: 'candles', count } as const;
      const { bot } = await runSession(sessionOptions({ until }, wire));
      return { warned, portfolio: bot.world.portfolio };
    };
    await run(10_000, 10);
    const early = await run(8000, 2000);
    assert.deepEqual([early.warned, early.portfolio.startBalance], [[], toUnits(8000)]);
    assert.ok(early.portfolio.fills > 0);
    const late = await run(20_000, 2010);
    assert.match(
      late.warned.join('\n'),
      /^dry_run_wallet is now 20000, which has no effect: this directory began with 8000 /,
    );
    assert.equal(late.portfolio.startBalance, toUnits(8000));
    assert.deepEqual((await run(20_000, 2020, { maxOpenTrades: 1 })).warned, []);
  });

  it('breaks no rule of any part, also where two symbols trade within one minute', async () => {
    const until = { kind: 'candles', count: 8000 } as const;
    const { bot } = await runSession(sessionOptions({ until }));
    assert.ok(bot.world.analytics.totals.trades > 10);
    for (const { id, check } of components)
      assert.equal(check?.(bot.world[id] as never) ?? null, null, id);
  });

  it('is the same for a seed, and another for another', async () => {
    const run = async (seed: number) => {
      const { bot } = await runSession(sessionOptions({}, { seed }));
      return hashesOf(bot.world).all;
    };
    assert.equal(await run(3), await run(3));
    assert.notEqual(await run(3), await run(4));
  });

  for (const wait of ['pace', 'market'] as const)
    it(`hears the operator while it waits for the ${wait}: no entry is filled after the word`, async () => {
      let session: Session | null = null;
      let told: Told | null = null;
      let lastSymbol = '';
      const fills: string[] = [];
      /** Speaks once: when the next candle would fill an entry (the two symbols take turns). */
      const speak = async () => {
        if (told !== null || session === null) return;
        const [entry] = openEntriesOf(session.bot.world.portfolio);
        if (entry === undefined || entry.symbol === lastSymbol) return;
        told = await session.tell({ kind: 'kill-switch', on: true });
      };
      const feed = simulatedFeed({ seed: 3 });
      const slow: Feed = {
        ...feed,
        async *candles(after) {
          for await (const batch of feed.candles(after))
            for (const candle of batch) {
              await speak();
              yield [candle];
            }
        },
      };
      const { timeframeMs } = feed;
      const market = { mode: 'simulated', market: 'simulated', fundingFiles: [] } as const;
      const options = sessionOptions(
        {
          pace: { next: () => (wait === 'pace' ? speak() : null) },
          until: { kind: 'candles', count: 4000 },
          onReady: ready => {
            session = ready;
          },
        },
        {
          source: () => ({ ...market, feed: wait === 'market' ? slow : feed, timeframeMs }),
          watch: ({ facts }) => {
            for (const fact of facts) {
              if (fact.type === 'candle.closed') lastSymbol = fact.symbol;
              if (told !== null && fact.type === 'order.filled') fills.push(fact.id);
            }
          },
        },
      );
      const { bot } = await runSession(options);
      assert.notEqual(told, null);
      assert.equal(bot.world.run.candles, 4000);
      assert.deepEqual(fills, []);
      assert.deepEqual(bot.world.portfolio.positions, {});
    });

  it('stops before its next candle when what the operator said could not be kept', async () => {
    let session: Session | null = null;
    const failToSpeak = async () => {
      if (session === null) return;
      const { store } = session.bot;
      const { append } = store;
      store.append = () => {
        throw new Fault(EXIT.disk, 'planted', 'free some space');
      };
      await assert.rejects(session.tell({ kind: 'kill-switch', on: true }), /planted/);
      store.append = append;
    };
    const candles = () => session?.bot.world.run.candles;
    const options = sessionOptions({
      pace: { next: () => (candles() === 100 ? failToSpeak() : null) },
      onReady: ready => {
        session = ready;
      },
    });
    await assert.rejects(runSession(options), { exitCode: EXIT.disk, message: 'planted' });
    assert.equal(candles(), 100);
  });

  it('closes everything when the start fails, and lets the reason through', async () => {
    const closed: string[] = [];
    let kept: BotParts | null = null;
    const options = sessionOptions({
      onReady: ({ bot }) => {
        kept = bot;
        const { close } = bot.feed;
        Object.assign(bot.feed, {
          close: () => {
            closed.push('feed');
            return close();
          },
        });
        throw new Error('planted');
      },
    });
    await assert.rejects(runSession(options), /planted/);
    assert.ok(kept !== null);
    assert.deepEqual(closed, ['feed']);
  });

  it('gives the directory back although its feed cannot be closed, and tells the first failure', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-session-'));
    const onReady = ({ bot }: Session): void => {
      Object.assign(bot.feed, { close: () => Promise.reject(new Error('the second failure')) });
      throw new Error('planted');
    };
    try {
      await assert.rejects(runSession(sessionOptions({ onReady }, { directory })), /planted/);
      const until = { kind: 'candles', count: 10 } as const;
      const { bot } = await runSession(sessionOptions({ until }, { directory }));
      assert.equal(bot.world.run.candles, 10);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
