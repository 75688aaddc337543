/**
 * Maintenance tiers through the whole bot: a setting like any other, which a directory takes up, gives
 * back and replays, and which decides sizes and liquidations alike.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { canonicalText } from '../../src/base/canonical.ts';
import { runCli } from '../../src/cli/cli.ts';
import { type Bot, type BotOptions, EXIT, openBot } from '../../src/index.ts';
import {
  createPipeline,
  replayed,
  runPipeline,
  saved,
  settingsWith,
  simulatedCandles,
} from '../fixtures/pipeline.ts';

const BTC = 'BTC/USDT:USDT';
const ETH = 'ETH/USDT:USDT';
const OPEN = Number.MAX_SAFE_INTEGER;
const TAPE = simulatedCandles(2000, 3);
const BUSY = settingsWith(
  { minConfidence: 0, maxHoldCandles: 60, leverage: 20 },
  { signalModel: false, deepSignalModel: false, attention: false, qTable: false },
);
/** No stop comes before liquidation with more than a leverage of 4. */
const STRICT = {
  ...BUSY,
  maintenanceTiers: [{ symbol: null, tiers: [{ notionalMax: OPEN, rate: 0.2 }] }],
};

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-tier-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'models');
}

async function withBot<T>(options: BotOptions, use: (bot: Bot) => Promise<T> | T): Promise<T> {
  const bot = await openBot({ sync: 'shared', ...options });
  try {
    return await use(bot);
  } finally {
    await bot.close();
  }
}

const tiersOf = ({ portfolio }: Bot, symbol: string) => portfolio.state.contracts[symbol]?.tiers;
const config = (rate: number, pair?: string): NonNullable<BotOptions['config']> => ({
  maintenance_tiers: [{ notional_max: null, rate, ...(pair !== undefined && { pair }) }],
  'learning.q_table': false,
  'risk.min_confidence': 0,
});

describe('maintenance tiers in a run', () => {
  it('lower the leverage of entries, so that the stop still comes first', async () => {
    const leverages = async (settings: typeof BUSY) =>
      (await runPipeline({ candles: TAPE, settings }))
        .told('order.approved')
        .flatMap(({ order }) => (order.reduceOnly ? [] : [order.leverage]));
    const free = await leverages(BUSY);
    const strict = await leverages(STRICT);
    assert.ok(Math.max(...free) > 4);
    assert.ok(strict.length > 0);
    assert.ok(Math.max(...strict) <= 4);
  });

  it('are replayed and resumed exactly', async () => {
    const whole = await runPipeline({ candles: TAPE, settings: STRICT });
    assert.ok(whole.world.analytics.totals.trades > 0);
    const text = canonicalText(whole.states);
    assert.equal(canonicalText(replayed(whole.steps, whole.blobs)), text);
    const half = createPipeline({ candles: TAPE, settings: STRICT });
    await half.run(1500);
    const rest = createPipeline({ candles: TAPE, settings: STRICT, from: saved(half) });
    await rest.run();
    assert.equal(canonicalText(rest.states), text);
  });
});

describe('a directory', () => {
  it('takes the tiers of its config up and gives them back', async context => {
    const directory = folder(context);
    const own = await withBot({ directory }, async bot => {
      await bot.run({ until: 100 });
      return [tiersOf(bot, BTC), tiersOf(bot, ETH)];
    });
    await withBot({ directory, config: config(0.02, ETH) }, bot => {
      assert.deepEqual(tiersOf(bot, ETH), [{ notionalMax: OPEN, rate: 0.02 }]);
      assert.deepEqual(tiersOf(bot, BTC), own[0]);
      assert.equal(bot.run.state.settings.maintenanceTiers?.length, 1);
    });
    await withBot({ directory }, bot => {
      assert.deepEqual([tiersOf(bot, BTC), tiersOf(bot, ETH)], own);
      assert.equal(bot.run.state.settings.maintenanceTiers, undefined);
    });
  });

  it('forgets them with its settings, too', async context => {
    const directory = folder(context);
    await withBot({ directory, config: config(0.02) }, bot => bot.run({ until: 100 }));
    const quiet = { write: () => true, on: () => {} };
    const io = { stdout: quiet, stderr: quiet, env: {}, now: () => 0, log: null };
    assert.equal(await runCli(['state', 'reset', 'run', '--yes', '--dir', directory], io), EXIT.ok);
    await withBot({ directory }, bot => {
      assert.equal(Object.hasOwn(bot.portfolio.state, 'ownTiers'), false);
      assert.notDeepEqual(tiersOf(bot, BTC), [{ notionalMax: OPEN, rate: 0.02 }]);
    });
  });

  it('warns of a pair that it does not trade', async context => {
    const warned: string[] = [];
    const onWarning = (line: string) => warned.push(line);
    const options = {
      directory: folder(context),
      config: config(0.02, 'SOL/USDT:USDT'),
      onWarning,
    };
    await withBot(options, () => {});
    assert.deepEqual(warned, [
      'maintenance_tiers are set for SOL/USDT:USDT, which is not traded here',
    ]);
  });

  it('refuses tiers that would liquidate what it holds, and goes on without them', async context => {
    const directory = folder(context);
    const stop = new AbortController();
    const onStep: BotOptions['onStep'] = ({ facts }) => {
      if (facts.some(({ type }) => type === 'order.filled')) stop.abort();
    };
    const held = { directory, config: config(0.01), seed: 3 };
    const before = await withBot({ ...held, onStep }, async bot => {
      await bot.run({ stop: stop.signal });
      assert.equal(Object.keys(bot.portfolio.state.positions).length, 1);
      return { seq: bot.seq, hash: bot.hash() };
    });
    await assert.rejects(openBot({ ...held, config: config(0.5) }), {
      exitCode: EXIT.config,
      message: /the open position in (BTC|ETH)\/USDT:USDT would be liquidated at once/,
    });
    await withBot(held, bot => {
      assert.deepEqual({ seq: bot.seq, hash: bot.hash() }, before);
    });
  });
});
