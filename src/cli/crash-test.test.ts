import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { barText } from '../app/progress-bar.ts';
import { admittedLoss } from './crash-bot.ts';
import { differences } from './crash-compare.ts';
import { killInstants, untilFor } from './crash-plan.ts';
import { crashReport } from './crash-report.ts';
import { type CrashResult, runCrashTest } from './crash-test.ts';
import type { Io } from './io.ts';

const FAKE_BOT = fileURLToPath(new URL('../../test/fixtures/fake-bot.ts', import.meta.url));

function silentIo(): Io {
  const stream = { write: () => true, on: () => {} };
  return { stdout: stream, stderr: stream, env: {}, now: () => 0, log: null };
}

const kept: string[] = [];
after(() => {
  for (const folder of kept) rmSync(folder, { recursive: true, force: true });
});

async function run(
  mode: string,
  kills: number,
  env: Readonly<Record<string, string>> = {},
): Promise<CrashResult> {
  const options = { kills, seed: 5, tape: [], json: false };
  const io = { ...silentIo(), env };
  const result = await runCrashTest([process.execPath, FAKE_BOT, mode], options, io);
  if (result.folder !== null) kept.push(result.folder);
  return result;
}

describe('crash-test', () => {
  it('passes a bot that remembers everything, and cleans up', async () => {
    const result = await run('honest', 4);
    assert.deepEqual(result.failures, []);
    assert.equal(result.kills, 4);
    assert.equal(result.beforeReady + result.afterReady, 4);
    assert.equal(result.twin.seq, result.until);
    assert.equal(result.folder, null);
    assert.match(crashReport(result), /PASSED/);
  });

  it('gives each directory a mirror of its own where the config names one', async () => {
    const { failures } = await run('honest', 1, { HOLDFAST__JOURNAL_MIRROR: '/nowhere' });
    assert.deepEqual(failures, []);
  });

  it('fails a bot whose directory is damaged, and keeps the directories', async () => {
    const result = await run('damaged', 1);
    assert.match(result.failures.join(), /state verify exited 1/);
    assert.match(crashReport(result), /FAILED:\n.*state verify/);
    assert.ok(result.folder !== null && existsSync(result.folder));
  });

  for (const [mode, complaint] of [
    // It trades its lost steps again, to the same end: only what was durable gives it away.
    ['forgetful', /resumed at step \d+, but step \d+ was durable|ends at step \d+, but step/],
    ['lying', /ends at step \d+, but step|\d+ steps instead of \d+.*run has another hash/],
    ['rewriting', /the journal holds other facts/],
    ['confessing', /a restart said: warning: the last 3 trades were lost/],
    ['refusing', /a restart exited 65/],
  ] as const)
    it(`fails a ${mode} bot`, async () => {
      const result = await run(mode, mode === 'rewriting' ? 5 : 8);
      assert.match(result.failures.join(), complaint);
    });
});

describe('kill instants', () => {
  const pace = { startupMs: 400, totalMs: 1400, candles: 2000 };

  it('are the same for a seed, from the first milliseconds to beyond three start-ups', () => {
    const next = killInstants(1, pace);
    const again = killInstants(1, pace);
    const instants = Array.from({ length: 1000 }, next);
    assert.deepEqual(instants, Array.from({ length: 1000 }, again));
    assert.ok(Math.min(...instants) >= 1 && Math.min(...instants) < 10);
    assert.ok(instants.filter(ms => ms <= 400).length > 400);
    assert.ok(instants.filter(ms => ms > 400 && ms <= 1200).length > 200);
    assert.ok(instants.filter(ms => ms > 1200).length > 100);
    assert.notDeepEqual(instants, Array.from({ length: 1000 }, killInstants(2, pace)));
  });

  it('have a market that is long enough, within bounds', () => {
    assert.equal(untilFor(1, pace), 2000);
    assert.ok(untilFor(20, pace) > 2000 && untilFor(20, pace) < 60_000);
    assert.equal(untilFor(10_000, pace), 60_000);
  });
});

describe('the comparison', () => {
  it('names what differs', () => {
    const twin = { seq: 9, chain: '0', components: { run: 'a', market: 'b' }, all: 'c' };
    assert.deepEqual(differences(twin, twin), []);
    const other = { seq: 8, chain: '1', components: { run: 'a' }, all: 'd' };
    assert.deepEqual(differences(twin, other), ['8 steps instead of 9', 'market has another hash']);
    assert.deepEqual(differences(twin, { ...twin, all: 'd' }), ['the hash of all differs']);
    const told = { ...twin, chain: '1' };
    assert.deepEqual(differences(twin, told), ['the journal holds other facts']);
  });

  it('hears a bot admit a loss, and no loss in "nothing was lost"', () => {
    assert.equal(
      admittedLoss('ready\nrebuilt q_table.json from the journal, nothing was lost'),
      null,
    );
    assert.match(admittedLoss('ready\nmoved to quarantine/0001-q_table.json') ?? '', /quarantine/);
    assert.match(admittedLoss('3 trades lost') ?? '', /3 trades/);
  });

  it('draws a bar', () => {
    assert.equal(barText(0), '░'.repeat(30));
    assert.equal(barText(2), '█'.repeat(30));
  });
});
