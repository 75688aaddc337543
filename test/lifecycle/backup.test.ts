/**
 * Backups by real processes: beside a running bot, by the bot itself, restored, drilled, refused.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { realDisk } from '../../src/state/disk.ts';
import { readNotes } from '../../src/state/notes.ts';
import { runBot, runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { assertRefused } from './refusal.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const folder = workFolder('backup');
const at = (name: string): string => join(folder, name);
const tapes = writeTapes(folder, { seed: 5, minutes: 2500 });
const plain = writeConfig(folder, { learning: QUICK_LEARNING });
const keeping = writeConfig(
  folder,
  { learning: QUICK_LEARNING, backup: { to: at('kept'), keep: 2 } },
  'keeping.json',
);
const trade = (name: string, config: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', at(name), ...more],
];
const state = (verb: string, name: string, ...more: string[]): string[] => [
  ...['state', verb, '--dir', at(name), '--config', plain, ...more],
];
const hashIn = (stdout: string): string => /^all ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? 'none';

before(async () => {
  await runWell(trade('twin', plain, '--speed', 'max'));
});

describe('a backup beside a running bot', () => {
  it('is restored to the last step it had, and trades on to the end of its twin', async () => {
    const bot = startBot(trade('run', plain, '--speed', '400'));
    await bot.until('steps', () => stepOf(at('run')) > 700);
    const { stdout } = await runWell(state('backup', 'run', '--to', at('beside')));
    const through = Number(/^recovery point: step (\d+)/m.exec(stdout)?.[1]);
    assert.ok(through > 700);
    assert.ok(!bot.ended);
    bot.send('SIGKILL');
    await bot.end();
    rmSync(at('run'), { recursive: true });
    const restored = await runWell(state('restore', 'run', '--from', at('beside')));
    assert.match(restored.stdout, new RegExp(`is restored to step ${through} .*epoch 1000`));
    const hash = await runWell(state('hash', 'twin', '--at', String(through))).catch(() => null);
    if (hash !== null) assert.equal(hashIn(hash.stdout), hashIn(restored.stdout));
    await runWell(trade('run', plain, '--speed', 'max'));
    assert.deepEqual(digest(at('run')), digest(at('twin')));
  });
});

describe('backups by the bot itself', () => {
  it('every step it committed can be restored when it has stopped', async () => {
    await runWell(trade('kept-run', keeping, '--speed', '1500'));
    const { seq } = remembered(at('kept-run'));
    const list = await runWell(['state', 'restore', '--list', '--json', '--config', keeping]);
    const [{ coverage }] = JSON.parse(list.stdout);
    assert.deepEqual(coverage[0].spans, [{ firstSeq: 0, lastSeq: seq }]);
    const latest = await runWell([
      ...['state', 'restore', '--config', keeping, '--to', at('kept-back'), '--json'],
    ]);
    assert.equal(JSON.parse(latest.stdout).seq, seq);
    assert.deepEqual(digest(at('kept-back')), digest(at('kept-run')));
    const drill = await runWell([
      ...['state', 'restore', '--drill', '--config', keeping, '--dir', at('kept-run')],
    ]);
    assert.match(drill.stdout, /^equal to .* at step \d+$/m);
    assert.match(drill.stdout, /^drill PASSED: /m);
  });

  it('an old step is shown out of them as the directory itself has it', async () => {
    const old = ['--at', '50', '--dir', at('kept-run'), '--config', keeping];
    const own = await runWell(['state', 'hash', ...old]);
    const kept = await runWell(['state', 'hash', ...old, '--from', at('kept')]);
    assert.equal(hashIn(kept.stdout), hashIn(own.stdout));
    assert.match(hashIn(kept.stdout), /^[0-9a-f]{64}$/);
    // A directory restored from a late backup has nothing before it; the place has.
    await runWell(state('backup', 'kept-run', '--to', at('kept')));
    await runWell(state('restore', 'young', '--from', at('kept')));
    const young = ['state', 'show', 'run', '--json', '--dir', at('young'), '--at', '100'];
    await assertRefused([...young, '--config', plain], { code: 2, names: /step 100 is not kept/ });
    const shown = await runWell([...young, '--config', keeping]);
    assert.equal(JSON.parse(shown.stdout).seq, 100);
  });

  it('a bot that runs goes back to what only they have', async () => {
    await runWell(state('restore', 'back', '--from', at('kept')));
    mkdirSync(at('longer'));
    const longer = writeTapes(at('longer'), { seed: 5, minutes: 4000 });
    const dir = ['--dir', at('back'), '--config'];
    const speed = ['--tape', ...longer, '--speed', '20'];
    const bot = startBot(['trade', '--no-web', ...dir, plain, ...speed]);
    await bot.says(/^ready/m);
    const rollback = ['state', 'rollback', 'q-table', '--to', '1500', '--yes', '--json'];
    const answer = await runWell([...rollback, ...dir, keeping]);
    bot.send('SIGTERM');
    await bot.end();
    const { byRunningBot, replaced, seq } = JSON.parse(answer.stdout);
    assert.deepEqual([byRunningBot, replaced], [true, ['q-table']]);
    const valuesAt = async (step: number, name: string) => {
      const words = ['show', 'q-table', '--json', '--at', String(step), '--dir', at(name)];
      const { stdout } = await runWell(['state', ...words, '--config', keeping]);
      return JSON.parse(stdout).state.q;
    };
    assert.deepEqual(await valuesAt(seq, 'back'), await valuesAt(1500, 'kept-run'));
  });

  it('a time of the market is the last step whose candle closed by then', async () => {
    const time = await runWell(
      state('restore', 'timed', '--from', at('kept'), '--at', '2025-01-01T02:00', '--json'),
    );
    const { seq, marketTime } = JSON.parse(time.stdout);
    assert.equal(marketTime, Date.parse('2025-01-01T02:00Z'));
    const next = await runWell(
      state('restore', 'next', '--from', at('kept'), '--at', String(seq + 1), '--json'),
    );
    assert.ok(JSON.parse(next.stdout).marketTime > marketTime);
  });

  it('a catalogue that is damaged is warned of, and is no backup that failed', async () => {
    const to = at('warned-place');
    const config = writeConfig(folder, { backup: { to, keep: 1 } }, 'warned.json');
    await runWell(trade('warned', config, '--speed', 'max', '--until', '200'));
    const [id = ''] = readdirSync(to);
    const [name = ''] = readdirSync(join(to, id, 'backups'));
    writeFileSync(join(to, id, 'backups', name), '{}');
    const bot = startBot(trade('warned', config, '--speed', '5'));
    const told = (): string[] =>
      readNotes(realDisk(at('warned')), { last: 1000 }).map(({ what }) => what);
    await bot.until('a warning', () => told().includes('backup warning'));
    bot.send('SIGTERM');
    const { stderr } = await bot.end();
    assert.match(stderr, /warning: backup: .*\.json is damaged.*: it does not count/);
    assert.ok(!told().includes('backup failed'));
  });

  it('a place that is gone stops no trading, and is told of', async () => {
    const lost = writeConfig(folder, { backup: { to: at('not/there') } }, 'lost.json');
    const ending = await runWell(trade('lost', lost, '--speed', 'max', '--until', '500'));
    assert.match(ending.stdout + ending.stderr, /no backup: there is no folder .*not\/there/);
  });
});

describe('a restore', () => {
  it('does not write over anything, and moves aside what it was allowed to', async () => {
    const from = ['--from', at('kept')];
    await assertRefused(state('restore', 'kept-run', ...from), {
      code: 64,
      names: /kept-run is not empty .*--yes to move/,
    });
    const former = digest(at('kept-run'));
    const { stdout } = await runWell(state('restore', 'kept-run', ...from, '--at', '60', '--yes'));
    assert.match(stdout, /what was there is in .*kept-run.before-restore-0001/);
    assert.deepEqual(digest(at('kept-run.before-restore-0001')), former);
    assert.equal(stepOf(at('kept-run')), 60);
  });

  it('is refused in one line where it cannot be', async () => {
    const bot = startBot(trade('held', plain, '--speed', '5'));
    await bot.says(/^ready/m);
    await assertRefused(state('restore', 'held', '--from', at('kept'), '--yes'), {
      code: 75,
      names: /held is in use/,
    });
    bot.send('SIGKILL');
    await bot.end();
    for (const [args, code, names] of [
      [state('backup', 'twin'), 64, /no place for backups is named/],
      [state('backup', 'none', '--to', at('x')), 64, /there is no directory/],
      [state('backup', 'twin', '--to', at('twin/x')), 64, /lies in the state directory/],
      [state('backup', 'twin', '--to', 's3://'), 64, /no place for backups/],
      [state('backup', 'twin', '--to', at('x'), '--every', 'soon'), 2, /--every/],
      [state('restore', 'y', '--from', at('empty')), 64, /there is no folder/],
      [state('restore', 'y', '--from', folder), 64, /there is no backup in/],
      [state('restore', 'y', '--from', at('kept'), '--at', '999999'), 2, /steps 0 to \d+/],
      [state('restore', 'y', '--from', at('kept'), '--at', 'noon'), 2, /--at/],
    ] as const)
      await assertRefused(args, { code, names });
    assert.ok(!existsSync(at('y')), 'nothing was made');
    assert.ok(!readdirSync(folder).includes('x'));
  });

  it('a store that does not answer is 69, and no secret is told', async () => {
    const ending = await runBot(state('backup', 'twin', '--to', 's3://bucket/prefix'), {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'planted-key',
      AWS_SECRET_ACCESS_KEY: 'planted-secret',
    });
    assert.equal(ending.code, 69);
    assert.match(ending.stderr, /s3:\/\/bucket\/prefix cannot be reached/);
    assert.ok(!`${ending.stdout}${ending.stderr}`.includes('planted'));
  });
});
