/**
 * The embedding API: src/index.ts, and the example of docs/EMBEDDING.md as another program runs it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { coverageOf, directoryIds } from '../../src/backup/coverage.ts';
import { openPlace } from '../../src/backup/open-place.ts';
import { type BotOptions, EXIT, Fault, openBot } from '../../src/index.ts';
import { simulatedCandles } from '../fixtures/pipeline.ts';
import { ROOT } from '../source-file.ts';
import { tapeFolder } from '../tape-fixture.ts';

const PARTS = [
  'signalModel',
  'deepSignalModel',
  'qTable',
  'attention',
  'ensemble',
  'analytics',
  'riskManager',
  'portfolio',
  'market',
  'run',
] as const;

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-embedding-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

const withBot = async <T>(
  options: BotOptions,
  use: (bot: Awaited<ReturnType<typeof openBot>>) => Promise<T>,
): Promise<T> => {
  const bot = await openBot({ sync: 'shared', ...options });
  try {
    return await use(bot);
  } finally {
    await bot.close();
  }
};

describe('an embedded bot', () => {
  it('keeps the backups that its config asks for, to the last step', async context => {
    const [directory, to] = ['models', 'kept'].map(name => join(folder(context), name)) as [
      string,
      string,
    ];
    const seq = await withBot({ directory, config: { 'backup.to': to } }, async bot => {
      await bot.run({ until: 300 });
      return bot.seq;
    });
    const place = await openPlace(to, { env: {}, directory, isSource: true });
    const [id = ''] = await directoryIds(place);
    const [covered] = await coverageOf(place, id);
    assert.equal(covered?.spans[0]?.lastSeq, seq);
  });

  it('trades on without its backups, and warns', async context => {
    const directory = join(folder(context), 'models');
    const warned: string[] = [];
    const config = { 'backup.to': join(directory, 'inside') };
    const onWarning = (line: string) => warned.push(line);
    await withBot({ directory, config, onWarning }, bot => bot.run({ until: 20 }));
    assert.match(warned.join('\n'), /^no backup: .*inside lies in the state directory itself/);
  });

  it('loads by itself what the one before it remembered, part by part', async context => {
    const directory = join(folder(context), 'models');
    const before = await withBot({ directory }, async bot => {
      assert.equal(bot.recovery.first, true);
      const { ending, figures } = await bot.run({ until: 600 });
      assert.deepEqual([ending, figures.candles], ['until', 600]);
      return { hash: bot.hash(), parts: PARTS.map(part => bot[part].hash()), seq: bot.seq };
    });
    await withBot({ directory }, async bot => {
      assert.equal(bot.recovery.first, false);
      assert.deepEqual(
        { hash: bot.hash(), parts: PARTS.map(part => bot[part].hash()), seq: bot.seq },
        before,
      );
    });
  });

  it('run in parts, closed and opened between, ends as one that ran at once', async context => {
    const path = folder(context);
    const at = (name: string) => ({ directory: join(path, name), seed: 9 });
    for (const until of [300, 301, 800])
      await withBot(at('parts'), async bot => {
        await bot.run({ until });
        await bot.run({ until: until + 50 });
      });
    const parts = await withBot(at('parts'), async bot => bot.hash());
    const once = await withBot(at('once'), async bot => {
      await bot.run({ until: 850 });
      return bot.hash();
    });
    assert.equal(parts, once);
  });

  for (const part of PARTS)
    it(`saves ${part} in a file that is what it says`, async context => {
      await withBot({ directory: join(folder(context), 'models') }, async bot => {
        await bot.run({ until: 200 });
        const saved = await bot[part].save();
        assert.equal(saved.part, bot[part].id);
        assert.equal(saved.seq, bot.seq);
        assert.equal(sha256(saved.path), saved.sha256);
        assert.equal(readFileSync(saved.path).length, saved.bytes);
      });
    });

  it('saves and checkpoints while it runs, and no step is lost by it', async context => {
    const path = folder(context);
    const quiet = await withBot({ directory: join(path, 'quiet') }, async bot => {
      await bot.run({ until: 3000 });
      return bot.hash();
    });
    await withBot({ directory: join(path, 'busy') }, async bot => {
      const run = bot.run({ until: 3000 });
      let saves = 0;
      let isRunning = true;
      run.finally(() => {
        isRunning = false;
      });
      while (isRunning) {
        await Promise.all([bot.analytics.save(), bot.checkpoint()]);
        await new Promise(setImmediate);
        saves += 1;
      }
      await run;
      assert.ok(saves > 0);
      assert.equal(bot.hash(), quiet);
    });
  });

  it('trades a tape to its end, and says when there is nothing left', async context => {
    const tapes = tapeFolder(context);
    const rows = simulatedCandles(400)
      .filter(({ symbol }) => symbol.startsWith('BTC'))
      .map(({ time, open, high, low, close, volume }) =>
        [time, open, high, low, close, volume].join(),
      );
    const tape = tapes.write('BINANCE-BTC-USDT-1m-PERP.csv', rows);
    const directory = join(tapes.path, 'models');
    await withBot({ directory, tape, config: { leverage: 2 } }, async bot => {
      const until = new Date(simulatedCandles(101).at(-1)?.time as number);
      const first = await bot.run({ until });
      assert.deepEqual([first.ending, first.figures.candles], ['until', 100]);
      assert.equal(bot.marketTime, until.getTime());
      assert.equal((await bot.run()).figures.candles, 300);
      const again = await bot.run();
      assert.deepEqual([again.ending, again.figures.candles], ['tape', 0]);
      assert.equal(bot.run.state.settings.leverage, 2);
      assert.equal(bot.metrics().startBalance, 10_000);
    });
    await assert.rejects(openBot({ directory, tape, seed: 3 }), { exitCode: EXIT.config });
  });

  it('stops when it is told to, by a signal or by being closed', async context => {
    const directory = join(folder(context), 'models');
    const stop = new AbortController();
    const bot = await openBot({
      directory,
      onStep: ({ seq }) => {
        if (seq === 50) stop.abort();
      },
    });
    const { ending } = await bot.run({ stop: stop.signal });
    assert.equal(ending, 'stopped');
    assert.equal(bot.seq, 50);
    const run = bot.run({ speed: 1000 });
    await bot.close();
    assert.equal((await run).ending, 'stopped');
    await assert.rejects(bot.run(), Fault);
    await bot.close();
  });

  it("takes the operator's word, while it runs and between runs, and keeps it over a restart", async context => {
    const directory = join(folder(context), 'models');
    const entries: number[] = [];
    const onStep: BotOptions['onStep'] = ({ seq, facts }) => {
      for (const fact of facts)
        if (fact.type === 'order.approved' && !fact.order.reduceOnly) entries.push(seq);
    };
    const config = { 'learning.q_table': false, 'risk.min_confidence': 0 };
    const onAt = await withBot({ directory, config, onStep }, async bot => {
      const run = bot.run({ until: 3000 });
      await new Promise(setImmediate);
      const told = await bot.setKillSwitch(true);
      assert.equal(told.changed, true);
      assert.deepEqual(
        told.holds.map(({ reason }) => reason),
        ['kill switch'],
      );
      await run;
      assert.equal((await bot.setKillSwitch(true)).changed, false);
      assert.equal((await bot.releaseBreaker('max_drawdown')).changed, false);
      return told.seq;
    });
    await withBot({ directory, config, onStep }, async bot => {
      assert.equal(bot.riskManager.state.killSwitch, true);
      await bot.run({ until: 6000 });
      assert.deepEqual(
        entries.filter(seq => seq > onAt),
        [],
      );
      await bot.setKillSwitch(false);
      await bot.run({ until: 12_000 });
      assert.ok(entries.some(seq => seq > onAt));
    });
  });

  it('refuses a word it does not know, and goes on', async context => {
    const bot = await openBot({ directory: join(folder(context), 'models') });
    const wrong = 'drawdown' as 'max_drawdown';
    await assert.rejects(bot.releaseBreaker(wrong), {
      exitCode: EXIT.usage,
      remedy: 'did you mean max_drawdown?',
    });
    await assert.rejects(bot.setKillSwitch('on' as unknown as boolean), { exitCode: EXIT.usage });
    await bot.run({ until: 10 });
    await bot.close();
    await assert.rejects(bot.setKillSwitch(true), { message: 'the bot is closed' });
  });

  it('has its directory for itself, and runs one run at a time', async context => {
    const directory = join(folder(context), 'models');
    await withBot({ directory }, async bot => {
      await assert.rejects(openBot({ directory }), { exitCode: EXIT.inUse });
      const run = bot.run({ until: 500 });
      await assert.rejects(bot.run({ until: 500 }), Fault);
      await run;
    });
  });

  it('refuses a wrong key of its config before it touches the directory', async context => {
    const directory = join(folder(context), 'models');
    await assert.rejects(openBot({ directory, config: { leverage: 1000 } }), {
      exitCode: EXIT.config,
    });
    await assert.rejects(openBot({ directory, config: { levrage: 2 } }), { exitCode: EXIT.config });
    assert.throws(() => readFileSync(directory), { code: 'ENOENT' });
  });
});

describe('docs/EMBEDDING.md', () => {
  const example = readFileSync(join(ROOT, 'test/fixtures/embedding-example.ts'), 'utf8');
  const code = example.slice(example.indexOf('import {'));

  it('shows the example that is tested', () => {
    const guide = readFileSync(join(ROOT, 'docs/EMBEDDING.md'), 'utf8');
    assert.equal(/```ts\n([\s\S]*?)```/.exec(guide)?.[1], code);
  });

  it('shows a program that works where Holdfast is linked, and goes on when run again', context => {
    const path = folder(context);
    mkdirSync(join(path, 'node_modules'));
    symlinkSync(ROOT, join(path, 'node_modules', 'holdfast'));
    cpSync(join(ROOT, 'test/fixtures/embedding-example.ts'), join(path, 'program.mts'));
    const run = () =>
      execFileSync(process.execPath, ['program.mts', 'models'], { cwd: path, encoding: 'utf8' });
    const first = run();
    assert.match(first, /^until after 2000 candles$/m);
    assert.match(first, /^saved .*analytics_state\.json\.zst at step \d+$/m);
    const second = run();
    assert.match(second, /^until after 0 candles$/m);
    const hashOf = (output: string) => /hash (\w{64})/.exec(output)?.[1];
    assert.equal(hashOf(second), hashOf(first));
  });
});
