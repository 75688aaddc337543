import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSuite, type SuiteRun } from './run-suite.ts';
import { suites } from './trial-suites.ts';

const LIST = new URL('./trial-suites.ts', import.meta.url);

async function run(name: string, more: Partial<SuiteRun> = {}) {
  const suite = suites.find(one => one.name === name);
  assert.ok(suite !== undefined);
  const tally = await runSuite(suite, { seed: 3, size: 'full', threads: 2, list: LIST, ...more });
  const failures = tally.failures.map(({ id }) => id).sort();
  return { ...tally, failures, why: tally.failures.map(({ why }) => why).join('\n') };
}

describe('a run of a suite', () => {
  it('comes to the same with one thread as with two', async () => {
    const [one, two] = await Promise.all([run('mixed', { threads: 1 }), run('mixed')]);
    assert.deepEqual({ ...one, seconds: 0 }, { ...two, seconds: 0 });
    assert.equal(one.ran, 90);
    assert.deepEqual(one.ended, { even: 45, odd: 44 });
    assert.deepEqual(one.failures, ['mixed:3:31']);
  });

  it('names a case that never ends, and goes on without it', async () => {
    const { failures, why, ran, ended } = await run('endless', { caseMsMax: 2000 });
    assert.deepEqual(failures, ['endless:3:4']);
    assert.match(why, /no end after 2 s/);
    assert.deepEqual({ ran, ended }, { ran: 12, ended: { kept: 11 } });
  });

  it('names a case that takes its thread along, and goes on without it', async () => {
    const { failures, why, ran, ended } = await run('deadly', { threads: 1 });
    assert.deepEqual(failures, ['deadly:3:7']);
    assert.match(why, /its thread ended \(3\)/);
    assert.deepEqual({ ran, ended }, { ran: 12, ended: { kept: 11 } });
  });

  it('stops at the first failure where it is told to', async () => {
    const { failures, ran } = await run('mixed', { threads: 1, untilFailure: true });
    assert.deepEqual(failures, ['mixed:3:31']);
    assert.ok(ran < 90);
  });

  it('fails where the preparation does', async () => {
    const { failures, why } = await run('unprepared', { threads: 1 });
    assert.deepEqual(failures, ['unprepared:3:0']);
    assert.match(why, /no such thing/);
  });

  it('fails once for what broke in the preparation, whatever is sampled, and runs the rest', async () => {
    for (const size of ['quick', 'full'] as const) {
      const { failures, why, ran } = await run('half-prepared', { size, untilFailure: true });
      assert.deepEqual(failures, ['half-prepared:3:12']);
      assert.match(why, /one stretch of it/);
      assert.equal(ran, size === 'quick' ? 3 : 12);
    }
  });

  it('counts once what several cases try', async () => {
    const { tried } = await run('many');
    assert.deepEqual(tried, { distinct: 15, unit: 'numbers' });
  });

  it('takes a sample in the quick form, and says why it takes nothing', async () => {
    assert.equal((await run('mixed', { size: 'quick' })).ran, 20);
    const { skipped, ran } = await run('deadly', { size: 'quick' });
    assert.deepEqual({ skipped, ran }, { skipped: 'only in the full form', ran: 0 });
  });
});
