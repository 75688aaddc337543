/**
 * Ctrl+C and SIGTERM, through `npm start` as a person has it, and to the process itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN, ROOT, runWell, startBot } from './bot-process.ts';
import { digest, endsWith, fingerprint, remembered } from './memory.ts';
import { CTRL_C, onTerminal, unlessTerminal } from './terminal.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const folder = workFolder('signal');
const at = (name: string): string => join(folder, name);
const simulated = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--dir', at(name), ...more],
];

const SAVED = [
  'signal model',
  'deep signal model',
  'Q-table',
  'attention',
  'analytics',
  'risk manager',
  'portfolio',
  'market',
  'run',
  'ensemble',
];

/** The titles of the `saved ...` lines, in the order in which they stand. */
const savedTitles = (output: string): string[] =>
  output.split('\n').flatMap(line => /^saved (.+?) +\S+\.\S+ {2}/.exec(line)?.[1] ?? []);

const READY = '^ready';
const TRADING = 'equity [\\d,.]+ │';

describe('npm start on a terminal', { skip: unlessTerminal }, () => {
  it('one Ctrl+C saves, tells each part in order and a summary, and exits 0', async () => {
    const { code, output } = await onTerminal(simulated('once'), [
      { await: READY },
      { await: TRADING },
      { type: CTRL_C },
    ]);
    assert.equal(code, 0, output);
    assert.deepEqual(savedTitles(output), SAVED);
    assert.match(output, /SIGINT: saving and stopping$/m);
    assert.match(output, /SIMULATED market/);
    assert.match(output, /pid \d+/);
    assert.match(output, /^Max drawdown /m);
    const hash = /^State hash +([0-9a-f]{64})$/m.exec(output)?.[1];
    assert.equal(hash, digest(at('once')).hashes['all'], 'the summary speaks for the directory');

    const again = await onTerminal(simulated('once'), [{ await: READY }, { type: CTRL_C }]);
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /^ready: resumed at .* candles?, .* trades? and equity /m);
  });

  it('the status line is redrawn in place and holds what a person wants to know', async () => {
    const { output } = await onTerminal(simulated('status', '--speed', '300'), [
      { await: READY },
      { await: `${TRADING}[\\s\\S]*${TRADING}` },
      { type: CTRL_C },
    ]);
    const rows = output.split('\r\u001b[2K').filter(row => row.includes('│'));
    assert.ok(rows.length >= 2, output);
    for (const part of ['BTC ', 'equity ', 'day ', 'drawdown '])
      assert.ok(rows[0]?.includes(part), `${part} in ${rows[0]}`);
  });

  it('SIGTERM to npm reaches the bot and does the same', async () => {
    const { code, output } = await onTerminal(simulated('term'), [
      { await: READY },
      { await: TRADING },
      { signal: 'SIGTERM' },
    ]);
    assert.deepEqual(savedTitles(output), SAVED);
    assert.match(output, /SIGTERM: saving and stopping$/m);
    assert.match(output, /^State hash /m);
    assert.equal(code, 0, output);
  });

  it('two Ctrl+C within a second are one press', async () => {
    const { code, output } = await onTerminal(simulated('twice'), [
      { await: READY },
      { await: TRADING },
      { type: CTRL_C },
      { sleep: 0.02 },
      { type: CTRL_C },
    ]);
    assert.equal(code, 0, output);
    assert.deepEqual(savedTitles(output), SAVED);
    assert.equal(output.match(/saving and stopping/g)?.length, 1);
  });

  it('Ctrl+C at once after the start leaves a directory that starts', async () => {
    const first = await onTerminal(simulated('early'), [{ await: 'pid \\d+' }, { type: CTRL_C }]);
    assert.equal(first.code, 0, first.output);
    const second = await runWell(simulated('early', '--speed', 'max', '--until', '50'));
    assert.equal(second.stderr, '');
    assert.equal(digest(at('early')).candles, 50);
  });
});

describe('a second Ctrl+C, later', () => {
  const config = writeConfig(folder, { learning: { ...QUICK_LEARNING, retrain_every: 500 } });
  const run = (name: string): string[] => [
    ...simulated(name, '--speed', 'max', '--config', config, '--until', '6000'),
  ];

  it('leaves at once with 130, and nothing is lost', async () => {
    const bot = startBot(run('later'));
    // A stop waits for the training that is under way: that is when a person may press again.
    await bot.until('a training', () => endsWith(at('later'), 'model.train.requested'));
    bot.send('SIGINT');
    await bot.says(/^SIGINT: saving and stopping$/m);
    // Held still, so that the second press surely finds it at work.
    bot.send('SIGSTOP');
    await sleep(1100);
    bot.send('SIGINT');
    bot.send('SIGCONT');
    const { code, stdout, stderr } = await bot.end();
    assert.deepEqual([code, stderr], [130, '']);
    assert.deepEqual(savedTitles(stdout), []);
    const { states } = remembered(at('later'));
    assert.notEqual(states['signal-model'].request, null);

    const second = await runWell(run('later'));
    assert.equal(second.stderr, '');
    await runWell(run('later-twin'));
    assert.deepEqual(digest(at('later')), digest(at('later-twin')));
  });
});

describe('a signal during the start-up', () => {
  const run = (name: string): string[] => simulated(name, '--speed', 'max', '--until', '800');

  before(async () => {
    await runWell(run('start-twin'));
    await runWell(simulated('started', '--speed', 'max', '--until', '400'));
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`${signal} right after the first line saves, exits 0, and the next run ends as the twin`, async () => {
      const name = `start-${signal}`;
      cpSync(at('started'), at(name), { recursive: true });
      const bot = startBot(run(name));
      await bot.says(/pid \d+/);
      bot.send(signal);
      const { code, stdout, stderr } = await bot.end();
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^${signal}: saving and stopping$`, 'm'));
      assert.equal((await runWell(run(name))).stderr, '');
      assert.deepEqual(digest(at(name)), digest(at('start-twin')));
    });

  it('SIGTERM before the first line leaves the directory as it was', async () => {
    cpSync(at('started'), at('start-early'), { recursive: true });
    const before = fingerprint(at('start-early'));
    const bot = startBot(run('start-early'));
    bot.send('SIGTERM');
    const { code, signal } = await bot.end();
    assert.ok(code === 0 || signal === 'SIGTERM');
    if (signal !== null) assert.equal(fingerprint(at('start-early')), before);
    assert.equal((await runWell(run('start-early'))).stderr, '');
    assert.deepEqual(digest(at('start-early')), digest(at('start-twin')));
  });

  it('a second one, later, leaves at once with 130, while the past of a tape is read', async () => {
    const tapes = writeTapes(workFolder('signal-tape'), { seed: 5, minutes: 20_000 });
    const onTape = (command: string, ...more: string[]): string[] => [
      ...[command, '--dir', at('start-twice'), '--tape', ...tapes, ...more],
    ];
    await runWell(onTape('backtest', '--until', '39000'));
    const { seq } = digest(at('start-twice'));
    const bot = startBot(onTape('trade', '--no-web'));
    await bot.says(/^ready/m);
    bot.send('SIGINT');
    await bot.says(/^SIGINT: saving and stopping$/m);
    bot.send('SIGSTOP');
    await sleep(1100);
    bot.send('SIGINT');
    bot.send('SIGCONT');
    const { code, stdout, stderr } = await bot.end();
    assert.deepEqual([code, stderr], [130, '']);
    assert.deepEqual(savedTitles(stdout), []);
    assert.equal(digest(at('start-twice')).seq, seq);
    await runWell(onTape('backtest'));
    const bare = await runWell(['backtest', '--json', '--tape', ...tapes]);
    assert.equal(digest(at('start-twice')).hashes['all'], JSON.parse(bare.stdout).stateHash);
  });
});

/** What a process has computed (Linux: in hundredths of a second, the 14th field). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) / 100;
}

describe('Ctrl+C in a backtest', () => {
  it('tells the metrics of the part before it, and that it is a part', async () => {
    const tapes = writeTapes(folder, { seed: 5, minutes: 200_000 });
    const bot = startBot(['backtest', '--json', '--tape', ...tapes]);
    // Off a terminal nothing is said for ten seconds: far more than a start takes was computed.
    await bot.until('some candles', () => cpuSeconds(bot.pid) > 2);
    bot.send('SIGINT');
    const { code, stdout, stderr } = await bot.end();
    assert.equal(code, 0, stderr);
    assert.ok(JSON.parse(stdout).candles < 400_000);
    assert.match(
      stderr,
      /^warning: it was stopped before the end of the tape: the figures are of/m,
    );
  });
});

describe('a stdout that nobody reads any more', () => {
  it('does not stop the bot', async () => {
    const bot = startBot(simulated('unread', '--speed', '400', '--until', '300'));
    await bot.says(/pid \d+/);
    bot.hangUp();
    const { code, stderr } = await bot.end();
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(digest(at('unread')).candles, 300);
  });

  it('as in `| head -1`: the pipe ends, the bot goes on to the end', () => {
    const args = simulated('head', '--speed', 'max', '--until', '600');
    const { stdout, stderr, status } = spawnSync(
      'sh',
      ['-c', '"$@" | head -1', 'sh', process.execPath, MAIN, ...args],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^holdfast [^\n]*\n$/);
    assert.equal(digest(at('head')).candles, 600);
  });
});
