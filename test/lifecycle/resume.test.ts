/**
 * Start, trade, stop, start again, compare: whatever stopped a bot, it ends as the twin that
 * nothing stopped, by steps and by the hash of every component.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { runBot, runWell, startBot } from './bot-process.ts';
import { digest, endsWith, fingerprint, remembered, stepOf } from './memory.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTape, writeTapes } from './work-folder.ts';

const MINUTES = 3000;
const CANDLES = 2 * MINUTES;
const folder = workFolder('resume');
const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
/** Small trainings often, so that the models and what they are owed are part of the test. */
const config = writeConfig(folder, {
  risk: { max_hold_candles: 60, cooldown_candles: 30 },
  learning: { ...QUICK_LEARNING, choice_candles: 20 },
});

const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--tape', ...tapes],
  ...['--dir', at(name), ...more],
];
const simulated = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--dir', at(name), ...more],
];

const twin = digest.bind(null, at('twin'));
/** True once the bot's journal holds this share of the twin's steps. */
const share = (name: string, part: number) => (): boolean => stepOf(at(name)) >= part * CANDLES;

before(async () => {
  await runWell(trade('twin'));
});

describe('the twin that nothing stops', () => {
  it('trades, trains and learns, so that there is something to forget', () => {
    const { states } = remembered(at('twin'));
    assert.equal(states.run.candles, CANDLES);
    assert.ok(states.analytics.totals.trades >= 5, 'trades');
    assert.ok(states['signal-model'].history.length > 0, 'a training');
    assert.ok(states['q-table'].rewards > 0, 'rewards');
    const { seq } = twin();
    assert.ok(seq > CANDLES, 'answers and trainings are steps too');
  });
});

describe('a clean stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    it(`by ${signal} in the middle saves, exits 0, and the next run ends as the twin`, async () => {
      const name = `clean-${signal}`;
      const bot = startBot(trade(name));
      await bot.until('a third of the journal', share(name, 0.3));
      bot.send(signal);
      const ending = await bot.end();
      assert.deepEqual([ending.code, ending.signal, ending.stderr], [0, null, '']);
      assert.match(ending.stdout, new RegExp(`^${signal}: saving and stopping$`, 'm'));
      const stopped = digest(at(name));
      assert.ok(stopped.candles > 0 && stopped.candles < CANDLES, `${stopped.candles} candles`);

      const second = await runWell(trade(name));
      assert.match(second.stdout, new RegExp(`^ready: resumed at .*\\(step ${stopped.seq}, `, 'm'));
      assert.equal(second.stderr, '');
      assert.deepEqual(digest(at(name)), twin());
    });

  it('can be had again and again', async () => {
    const name = 'often';
    for (const part of [0.1, 0.3, 0.5, 0.7]) {
      const bot = startBot(trade(name));
      await bot.until(`${part} of the journal`, share(name, part));
      bot.send('SIGTERM');
      assert.equal((await bot.end()).code, 0);
    }
    await runWell(trade(name));
    assert.deepEqual(digest(at(name)), twin());
  });
});

describe('a SIGKILL', () => {
  for (const part of [0.02, 0.35, 0.9])
    it(`at ${part} of the run loses nothing`, async () => {
      const name = `kill-${part}`;
      const bot = startBot(trade(name));
      await bot.until(`${part} of the journal`, share(name, part));
      bot.send('SIGKILL');
      assert.equal((await bot.end()).signal, 'SIGKILL');
      const { seq } = remembered(at(name));
      assert.ok(seq > 0 && seq < twin().seq, `killed at step ${seq}`);
      const second = await runWell(trade(name));
      assert.equal(second.stderr, '', 'a kill is no damage: nothing to warn of');
      assert.deepEqual(digest(at(name)), twin());
    });

  it('in the middle of a training leaves it owed, and it is run again to the same end', async () => {
    const name = 'kill-training';
    const bot = startBot(trade(name));
    await bot.until('a request', () => endsWith(at(name), 'model.train.requested'));
    bot.send('SIGKILL');
    await bot.end();
    assert.notEqual(remembered(at(name)).states['signal-model'].request, null);
    await runWell(trade(name));
    assert.deepEqual(digest(at(name)), twin());
  });

  it('twice during the first start-up leaves a directory that still starts', async () => {
    const name = 'kill-first';
    const early = startBot(trade(name));
    await early.until('the lock', () => existsSync(join(at(name), 'lock')));
    early.send('SIGKILL');
    await early.end();
    const later = startBot(trade(name));
    await later.until('the journal', () => stepOf(at(name)) > 0);
    later.send('SIGKILL');
    await later.end();
    await runWell(trade(name));
    assert.deepEqual(digest(at(name)), twin());
  });

  it('twice during the recovery after a kill, and once at "ready", loses nothing', async () => {
    const name = 'kill-recovery';
    const first = startBot(trade(name));
    await first.until('half of the journal', share(name, 0.5));
    first.send('SIGKILL');
    await first.end();
    const { seq } = remembered(at(name));
    const owner = (pid: number): boolean => {
      const file = join(at(name), 'lock-owner.json');
      return existsSync(file) && readFileSync(file, 'utf8').includes(`"pid":${pid},`);
    };
    for (const moment of ['lock', 'lock', 'ready']) {
      const again = startBot(trade(name));
      if (moment === 'lock') await again.until('its lock', () => owner(again.pid));
      else await again.says(/^ready/m);
      again.send('SIGKILL');
      assert.equal((await again.end()).signal, 'SIGKILL', `killed at ${moment}`);
      assert.ok(remembered(at(name)).seq >= seq);
    }
    await runWell(trade(name));
    assert.deepEqual(digest(at(name)), twin());
  });
});

describe('one history, however it was run', () => {
  it('in parts by --until', async () => {
    const name = 'parts';
    const first = await runWell(trade(name, '--until', '1501'));
    assert.match(first.stdout, /^Candles +1,501 in/m);
    await runWell(trade(name, '--until', '2025-01-02T02:00'));
    assert.equal(remembered(at(name)).states.run.candles, 2 * 26 * 60);
    await runWell(trade(name));
    assert.deepEqual(digest(at(name)), twin());
  });

  it('by backtest with a directory, without one, and in turns with trade', async () => {
    const backtest = ['backtest', '--json', '--config', config, '--tape', ...tapes];
    const bare = JSON.parse((await runWell(backtest)).stdout);
    const kept = JSON.parse((await runWell([...backtest, '--dir', at('backtest')])).stdout);
    const { all, ...parts } = twin().hashes;
    for (const json of [bare, kept]) {
      assert.deepEqual(json.components, parts);
      assert.equal(json.stateHash, all);
      assert.equal(json.candles, CANDLES);
      assert.equal(json.trades, twin().trades);
    }
    assert.deepEqual(digest(at('backtest')), twin());

    await runWell([...backtest, '--dir', at('turns'), '--until', '1500']);
    await runWell(trade('turns', '--until', '3000'));
    await runWell([...backtest, '--dir', at('turns')]);
    assert.deepEqual(digest(at('turns')), twin());
  });

  it('by another seed it is another one', async () => {
    const backtest = ['backtest', '--json', '--config', config, '--tape', ...tapes, '--seed'];
    const [one, two] = await Promise.all([
      runWell([...backtest, '1']),
      runWell([...backtest, '2']),
    ]);
    assert.equal(JSON.parse(one.stdout).stateHash, twin().hashes['all']);
    assert.notEqual(JSON.parse(two.stdout).stateHash, twin().hashes['all']);
  });

  it('`state hash` of the command line says the same', async () => {
    const { stdout } = await runWell(['state', 'hash', '--dir', at('twin')]);
    const lines = Object.entries(twin().hashes).map(([id, sha256]) => `${id} ${sha256}`);
    assert.deepEqual(stdout.trim().split('\n'), lines);
  });
});

describe('the end of a tape', () => {
  it('run again has nothing to do, says so, exits 0 and changes no memory', async () => {
    for (const args of [trade('twin'), ['backtest', ...trade('twin').slice(4)]]) {
      const expected = twin();
      const { code, stdout, stderr } = await runBot(args);
      assert.deepEqual([code, stderr], [0, '']);
      if (args[0] === 'trade') assert.match(stdout, /^nothing to do: the tape ends where/m);
      assert.deepEqual(digest(at('twin')), expected);
    }
  });

  it('is not waited for when --until lies behind what is remembered', async () => {
    await runWell(trade('behind', '--until', '500'));
    const expected = digest(at('behind'));
    const { stdout } = await runWell(trade('behind', '--until', '100'));
    assert.match(stdout, /^nothing to do: --until lies behind/m);
    assert.deepEqual(digest(at('behind')), expected);
  });

  it('is no end when the tape was made longer: it goes on as one run over the long one', async () => {
    const short = shorter(tapes[0] as string, 'short', 1000);
    const args = (tape: string): string[] => [
      ...['trade', '--speed', 'max', '--config', config, '--dir', at('longer'), '--tape', tape],
    ];
    await runWell(args(short));
    assert.equal(digest(at('longer')).candles, 1000);
    await runWell(args(tapes[0] as string));
    const one = ['backtest', '--json', '--config', config, '--tape', tapes[0] as string];
    const whole = JSON.parse((await runWell(one)).stdout);
    assert.equal(digest(at('longer')).hashes['all'], whole.stateHash);
    assert.equal(digest(at('longer')).candles, MINUTES);
  });
});

/** The first candles of a tape, in a folder of its own, under the same name. */
function shorter(tape: string, name: string, count: number): string {
  const rows = readFileSync(tape, 'utf8')
    .trim()
    .split('\n')
    .slice(1, count + 1);
  const candles = rows.map(row => {
    const [time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = row
      .split(',')
      .map(Number);
    return { time, open, high, low, close, volume };
  });
  return writeTape(workFolder(name), 'BINANCE-BTC-USDT-1m-PERP.csv', candles);
}

describe('the simulated market', () => {
  it('goes on after a clean stop and after a kill as if nothing had been', async () => {
    await runWell(simulated('sim-twin', '--until', '4000'));
    const bot = startBot(simulated('sim'));
    await bot.until('some', share('sim', 0.2));
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
    const killed = startBot(simulated('sim'));
    await killed.until('more', share('sim', 0.5));
    killed.send('SIGKILL');
    await killed.end();
    const { candles } = digest(at('sim'));
    assert.ok(candles > 0 && candles < 4000, `${candles} candles before the last run`);
    await runWell(simulated('sim', '--until', '4000'));
    assert.deepEqual(digest(at('sim')), digest(at('sim-twin')));
  });

  it('a directory keeps its seed without being told again', async () => {
    await runWell(simulated('seeded', '--seed', '5', '--until', '600'));
    await runWell(simulated('seeded', '--until', '1200'));
    await runWell(simulated('seeded-twin', '--seed', '5', '--until', '1200'));
    assert.deepEqual(digest(at('seeded')), digest(at('seeded-twin')));
    assert.notDeepEqual(digest(at('seeded')).hashes, digest(at('sim')).hashes);
  });

  it('a look at a directory changes not one byte of it', async () => {
    const before = fingerprint(at('seeded'));
    for (const what of ['hash', 'list', 'verify', 'history'])
      await runWell(['state', what, '--dir', at('seeded')]);
    assert.equal(fingerprint(at('seeded')), before);
  });
});
