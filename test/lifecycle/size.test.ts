/**
 * What a directory grows to, and the checkpoints that keep it small while the bot trades: by the
 * size of the journal (a worker writes them aside), by command, and at each stop.
 */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { DIRECTORY_WARN_BYTES, GENERATIONS_KEPT_MIN } from '../../src/base/limits.ts';
import { components } from '../../src/components.ts';
import { history } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { runWell, startBot } from './bot-process.ts';
import { digest, stepOf } from './memory.ts';
import { QUICK_LEARNING, workFolder, writeConfig } from './work-folder.ts';

const folder = workFolder('size');
const at = (name: string): string => join(folder, name);
/** As much to write down per candle as can be: trades and examples without end. */
const config = writeConfig(folder, {
  risk: {
    ...{ max_hold_candles: 10, cooldown_candles: 0, min_confidence: 0 },
    ...{ loss_streak_limit: 100, daily_loss_limit: 1, max_drawdown: 1 },
  },
  learning: {
    ...{ ...QUICK_LEARNING, retrain_every: 10_000, choice_candles: 2 },
    ...{ barrier_sigmas: 0.5, barrier_candles: 4 },
  },
});
const CANDLES = 20_000;
const trade = (name: string, until = CANDLES): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--dir', at(name)],
  ...['--until', String(until)],
];

function bytesOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.isFile() ? stat.size : 0;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

const historyOf = (name: string) => history(openDisks(at(name), undefined), { notes: 1000 });

/** Reasons of the checkpoints so far, in order. */
const checkpoints = (name: string): unknown[] =>
  historyOf(name).notes.flatMap(({ what, reason }) => (what === 'checkpoint' ? [reason] : []));

interface Segment {
  readonly first: number;
  readonly isPacked: boolean;
}

const segmentsOf = (name: string): Segment[] =>
  readdirSync(join(at(name), 'journal'))
    .filter(file => file.includes('.a.'))
    .toSorted()
    .map(file => ({ first: Number.parseInt(file, 10), isPacked: file.endsWith('.zst') }));

before(async () => {
  await runWell(trade('twin'));
});

describe('a run that outgrows its journal', () => {
  it('is checkpointed aside while it trades, and at its end', () => {
    const reasons = checkpoints('twin');
    assert.equal(reasons.pop(), 'stopped');
    assert.deepEqual(new Set(reasons), new Set(['journal']));
  });

  it('keeps two complete generations and drops the journal that none of them needs', () => {
    const { generations } = historyOf('twin');
    assert.ok(generations.length >= GENERATIONS_KEPT_MIN);
    for (const { files } of generations) assert.equal(Object.keys(files).length, components.length);
    const oldest = generations.at(-1)?.seq ?? 0;
    assert.ok(oldest > CANDLES / 3, `oldest generation at step ${oldest}`);
    const segments = segmentsOf('twin');
    assert.equal(segments[0]?.first, oldest + 1);
    assert.deepEqual(
      segments.map(({ isPacked }) => isPacked),
      segments.map((_, index) => index < segments.length - 1),
      'all but the open one are packed',
    );
  });

  it('stays far below what a directory may hold', () => {
    assert.ok(bytesOf(at('twin')) < DIRECTORY_WARN_BYTES / 4, `${bytesOf(at('twin'))} bytes`);
  });

  it('recovers from the older generation as well', async () => {
    const [newest, older] = historyOf('twin').generations;
    assert.ok(newest !== undefined && older !== undefined && newest.seq > older.seq);
    const { stdout } = await runWell([
      ...['state', 'hash', '--json', '--dir', at('twin'), '--at', String(older.seq)],
    ]);
    assert.equal(JSON.parse(stdout).seq, older.seq);
  });

  it('killed in the middle of that checkpoint it loses nothing', async () => {
    const name = 'killed';
    const bot = startBot(trade(name));
    const isUnderWay = (): boolean =>
      stepOf(at(name)) > 1000 && readdirSync(at(name)).some(file => file.endsWith('.tmp'));
    await bot.until('the temporary file of a checkpoint', isUnderWay);
    bot.send('SIGKILL');
    await bot.end();
    assert.deepEqual(checkpoints(name), [], 'it was not finished');
    const { stderr } = await runWell(trade(name));
    assert.equal(stderr, '', 'an interrupted checkpoint is no damage');
    assert.deepEqual(digest(at(name)), digest(at('twin')));
    const left = readdirSync(at(name)).filter(file => file.endsWith('.tmp'));
    assert.deepEqual(left, []);
  });
});

describe('many short runs', () => {
  it('do not make the directory grow, and end as one run', async () => {
    const name = 'short';
    const sizes: number[] = [];
    for (let part = 1; part <= 5; part += 1) {
      await runWell(trade(name, part * 500));
      sizes.push(bytesOf(at(name)));
    }
    await runWell(trade('one', 2500));
    assert.deepEqual(digest(at(name)), digest(at('one')));
    const { generations } = historyOf(name);
    assert.ok(generations.length >= GENERATIONS_KEPT_MIN, `${generations.length} generations`);
    const [, , third = 0, , last = 0] = sizes;
    assert.ok(last < 2 * third, `from ${third} to ${last} bytes`);
  });
});

describe('a checkpoint on demand', () => {
  it('of a running bot is made by that bot, which goes on trading', async () => {
    const name = 'demand';
    const bot = startBot([
      ...['trade', '--no-web', '--speed', '300', '--config', config, '--dir', at(name)],
    ]);
    await bot.says(/^ready/m);
    for (const count of [1, 2]) {
      const seq = stepOf(at(name));
      await bot.until('some more steps', () => stepOf(at(name)) > seq + 50);
      const { stdout } = await runWell(['state', 'checkpoint', '--json', '--dir', at(name)]);
      assert.ok(JSON.parse(stdout).seq > seq);
      assert.equal(checkpoints(name).length, count);
    }
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
    assert.deepEqual(checkpoints(name), ['asked for', 'asked for', 'stopped']);
    const { candles, hashes } = digest(at(name));
    await runWell(trade('demand-twin', candles));
    assert.deepEqual(digest(at('demand-twin')).hashes, hashes);
  });

  it('of a directory that nobody runs is made by the command itself', async () => {
    const before = digest(at('demand'));
    await runWell(['state', 'checkpoint', '--dir', at('demand')]);
    assert.deepEqual(digest(at('demand')), before);
  });
});
