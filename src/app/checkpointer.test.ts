import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EXIT, Fault } from '../base/fault.ts';
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINT_JOURNAL_BYTES_MAX,
  CHECKPOINT_STEPS_MAX,
  CLEANUP_INTERVAL_MS,
  DIRECTORY_WARN_BYTES,
} from '../base/limits.ts';
import { components } from '../components.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { openMemoryStore } from '../state/memory-store.ts';
import { openStore, type Store } from '../state/store.ts';
import { createCheckpointer } from './checkpointer.ts';

/** A store that says what it is asked to do, and a clock that we turn. */
function setUp(context: TestContext, options: { inline: boolean; bytes?: number }) {
  const clock = { now: 1000 };
  context.mock.method(performance, 'now', () => clock.now);
  const calls: string[] = [];
  const warnings: string[] = [];
  const { inline, bytes = 0 } = options;
  const figures = { stepsSinceCheckpoint: 0, journalBytes: 0, bytes };
  const directory = '/nowhere/at/all';
  const done = { seq: 7, files: [], bytes: 0, ms: 0 };
  const store: Store = Object.assign(Object.create(openMemoryStore([])), {
    directory,
    checkpoint: (reason: string) => {
      calls.push(`checkpoint ${reason}`);
      figures.stepsSinceCheckpoint = 0;
      figures.journalBytes = 0;
      return done;
    },
    beginCheckpoint: () => {
      calls.push('begin');
      figures.stepsSinceCheckpoint = 0;
      figures.journalBytes = 0;
      return { directory, journalMirror: null, seq: 7, changed: [] };
    },
    finishCheckpoint: (_: unknown, reason: string) => {
      calls.push(`finish ${reason}`);
      return done;
    },
    abandonCheckpoint: () => calls.push('abandon'),
    *cleanup() {
      calls.push('cleanup');
      yield;
      calls.push('cleaned');
    },
    bytesOnDisk: () => figures.bytes,
  });
  for (const name of ['stepsSinceCheckpoint', 'journalBytes'] as const)
    Object.defineProperty(store, name, { get: () => figures[name] });
  const checkpointer = createCheckpointer({ store, inline, warn: line => warnings.push(line) });
  const steps = (count: number): void => {
    for (let step = 0; step < count; step += 1) {
      figures.stepsSinceCheckpoint += 1;
      checkpointer.afterStep();
    }
  };
  return { checkpointer, store, clock, calls, warnings, figures, steps };
}

function assertOne(lines: readonly string[], pattern: RegExp): void {
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', pattern);
}

describe('a checkpointer', () => {
  it('writes nothing while nothing is due', context => {
    const { calls, steps } = setUp(context, { inline: true });
    steps(1000);
    assert.deepEqual(calls, []);
  });

  it('is due by the number of steps, and by the size of the journal', context => {
    const { calls, steps, figures } = setUp(context, { inline: true });
    steps(CHECKPOINT_STEPS_MAX - 1);
    assert.deepEqual(calls, []);
    steps(1);
    assert.deepEqual(calls, ['checkpoint journal']);
    figures.journalBytes = CHECKPOINT_JOURNAL_BYTES_MAX;
    steps(1);
    assert.deepEqual(calls, ['checkpoint journal', 'checkpoint journal']);
  });

  it('is due by the clock, once there is anything new', context => {
    const { calls, clock, steps, figures } = setUp(context, { inline: true });
    clock.now += CHECKPOINT_INTERVAL_MS;
    steps(64);
    assert.deepEqual(calls, ['checkpoint autosave']);
    steps(64);
    assert.deepEqual(calls, ['checkpoint autosave'], 'not before the next interval');
    clock.now += CHECKPOINT_INTERVAL_MS;
    figures.stepsSinceCheckpoint = -64;
    steps(64);
    assert.deepEqual(calls, ['checkpoint autosave'], 'nothing is new');
  });

  it('of a live bot looks at the clock with each step: candles may be minutes apart', async context => {
    const { checkpointer, calls, clock, steps } = setUp(context, { inline: false });
    clock.now += CHECKPOINT_INTERVAL_MS;
    steps(1);
    assert.deepEqual(calls, ['begin']);
    await checkpointer.close();
  });

  it('cleans up now and then, and warns of a directory that is too large', context => {
    const { calls, clock, steps, figures, warnings } = setUp(context, { inline: true });
    clock.now += CLEANUP_INTERVAL_MS;
    figures.bytes = DIRECTORY_WARN_BYTES;
    steps(64);
    assert.equal(calls[0], 'cleanup');
    assert.deepEqual(warnings, []);
    clock.now += CLEANUP_INTERVAL_MS;
    figures.bytes = DIRECTORY_WARN_BYTES + 1;
    steps(64);
    assert.match(
      warnings.join(),
      /^\/nowhere\/at\/all holds 51 MB, more than the 50 MB .*STATE\.md/,
    );
  });

  it('cleans up beside a live loop part by part, and never beside a checkpoint', async context => {
    const { checkpointer, calls, clock, steps } = setUp(context, { inline: false });
    clock.now += CLEANUP_INTERVAL_MS;
    steps(1);
    assert.deepEqual(calls, [], 'a step does not wait for it');
    await setImmediate();
    steps(1);
    assert.deepEqual(calls, ['cleanup']);
    await checkpointer.close();
    assert.deepEqual(calls, ['cleanup', 'cleaned']);
    steps(1);
    assert.deepEqual(calls, ['cleanup', 'cleaned', 'begin']);
    await checkpointer.close();
  });

  const TOO_LARGE = /^\/nowhere\/at\/all holds 51 MB, more than the 50 MB .*STATE\.md/;

  it('warns of a directory that is too large at the start, and then no more', async context => {
    const large = { inline: true, bytes: DIRECTORY_WARN_BYTES + 1 };
    const { checkpointer, clock, steps, warnings } = setUp(context, large);
    assertOne(warnings, TOO_LARGE);
    steps(CHECKPOINT_STEPS_MAX);
    clock.now += CLEANUP_INTERVAL_MS;
    steps(64);
    await checkpointer.now('stopped');
    assertOne(warnings, TOO_LARGE);
  });

  it('warns after the checkpoint with which it became too large', async context => {
    const { checkpointer, figures, steps, warnings } = setUp(context, { inline: true });
    figures.bytes = DIRECTORY_WARN_BYTES + 1;
    steps(CHECKPOINT_STEPS_MAX - 1);
    assert.deepEqual(warnings, []);
    steps(1);
    assertOne(warnings, TOO_LARGE);
    await checkpointer.now('stopped');
    assertOne(warnings, TOO_LARGE);
  });

  it('writes from memory on demand', async context => {
    const { checkpointer, calls } = setUp(context, { inline: false });
    assert.equal((await checkpointer.now('stopped')).seq, 7);
    assert.deepEqual(calls, ['checkpoint stopped']);
  });
});

describe('a checkpoint aside', () => {
  it('that cannot even begin stops the bot, and leaves nothing to wait for', async context => {
    const { checkpointer, calls, steps, figures, store } = setUp(context, { inline: false });
    store.beginCheckpoint = () => {
      throw new Error('disk full');
    };
    figures.journalBytes = CHECKPOINT_JOURNAL_BYTES_MAX;
    steps(1);
    assert.throws(() => checkpointer.afterStep(), /disk full/);
    await assert.rejects(checkpointer.now('stopped'), /disk full/);
    await checkpointer.close();
    assert.deepEqual(calls, ['abandon']);
  });

  it('is one at a time, and one that fails is given up and stops the bot', async context => {
    const { checkpointer, calls, steps, figures } = setUp(context, { inline: false });
    figures.journalBytes = CHECKPOINT_JOURNAL_BYTES_MAX;
    steps(1);
    figures.journalBytes = CHECKPOINT_JOURNAL_BYTES_MAX;
    steps(3);
    assert.deepEqual(calls, ['begin'], 'the second one waits for the first');
    await checkpointer.close();
    assert.deepEqual(calls, ['begin', 'abandon'], 'there is no directory to recover');
    assert.throws(() => checkpointer.afterStep());
    await assert.rejects(checkpointer.now('stopped'));
    assert.deepEqual(calls, ['begin', 'abandon'], 'nothing is written after a failure');
  });
});

describe('a checkpoint of a real directory', () => {
  it('that its worker cannot write stops the bot with the disk’s fault, not as a bug', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-checkpointer-'));
    const store = openStore({ directory, components, now: Date.now, sync: 'each' });
    try {
      // In the way of the worker alone: the main thread has its own files open.
      mkdirSync(join(directory, 'risk_manager_state.json.tmp'));
      const settings = DEFAULT_SETTINGS;
      const fact = { type: 'config.changed', settings } as const;
      store.append({ seq: 1, facts: [fact], texts: [JSON.stringify(fact)] });
      const checkpointer = createCheckpointer({
        store,
        inline: false,
        stepsMax: 1,
        warn: () => {},
      });
      checkpointer.afterStep();
      await checkpointer.close();
      const isDisk = (error: unknown): boolean =>
        error instanceof Fault &&
        error.exitCode === EXIT.disk &&
        error.message.includes('risk_manager_state.json.tmp');
      assert.throws(() => checkpointer.afterStep(), isDisk);
      await assert.rejects(checkpointer.now('stopped'), isDisk);
    } finally {
      store.close();
      rmSync(directory, { recursive: true });
    }
  });
});
