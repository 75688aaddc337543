/**
 * A memory that is replaced from outside, through the whole pipeline: it is a fact like any other,
 * the bot trades on with it, and what is of the present stays.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { components } from '../../src/components.ts';
import type { AnyComponent } from '../../src/core/component.ts';
import { createFold } from '../../src/core/fold.ts';
import { readState, writeState } from '../../src/state/state-file.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import { EVENTFUL, eventfulRun, goOn } from '../fixtures/eventful-run.ts';
import {
  createPipeline,
  INLINE_TRAINER,
  type Pipeline,
  replayed,
  saved,
} from '../fixtures/pipeline.ts';

const LIST: readonly AnyComponent[] = components;
const LEARNED = LIST.filter(({ learned }) => learned === true);

const older = await eventfulRun(3500);
const newer = await eventfulRun(4700);
// On to where a proposal waits for its label, and a choice for its reward.
while (newer.world.ensemble.pending.length === 0 || !isWaiting(newer))
  await newer.run(newer.world.run.candles + 1);

const resumed = (): Pipeline => createPipeline({ ...EVENTFUL, from: saved(newer) });

function isWaiting({ world }: Pipeline): boolean {
  return Object.keys(world['q-table'].waiting).length > 0;
}

function replace(pipeline: Pipeline, ids: readonly string[], from = older.states): void {
  const parts = ids.map(id => {
    const component = must(
      LIST.find(each => each.id === id),
      id,
    );
    const file = writeState(component, from[id], older.steps.length);
    const blob = createHash('sha256').update(file).digest('hex');
    return { id, from: 'step', file, blob };
  });
  const time = (pipeline.world.run.lastCandleTime ?? 0) + MINUTE_MS;
  pipeline.input({ kind: 'replace', time, why: 'rollback', parts });
}

/** What memory holds is what the journal gives, what the files hold, and within all rules. */
function isExact(pipeline: Pipeline): void {
  const hash = stateHash(pipeline.states);
  assert.equal(stateHash(replayed(pipeline.steps, pipeline.blobs)), hash, 'a replay');
  assert.equal(stateHash(saved(pipeline).states), hash, 'a restart');
  for (const { id, check } of LIST) assert.equal(check?.(pipeline.states[id]) ?? null, null, id);
}

for (const { id, title } of LEARNED)
  describe(`the ${title}, replaced by an older one of its own`, () => {
    it('trades on by the same facts whether the run was stopped meanwhile or not', async () => {
      const [running, stopped] = [resumed(), resumed()];
      for (const pipeline of [running, stopped]) replace(pipeline, [id]);
      assert.notEqual(stateHash(running.states[id]), stateHash(newer.states[id]));
      isExact(running);
      await goOn(running, 5300);
      const again = createPipeline({ ...EVENTFUL, from: saved(stopped) });
      await goOn(again, 5000);
      const third = createPipeline({ ...EVENTFUL, from: saved(again) });
      await goOn(third, 5300);
      assert.deepEqual(third.steps, running.steps);
      isExact(running);
    });

    it('leaves every other part as it was', () => {
      const pipeline = resumed();
      replace(pipeline, [id]);
      for (const other of LIST)
        if (other.id !== id)
          assert.equal(
            stateHash(pipeline.states[other.id]),
            stateHash(newer.states[other.id]),
            other.id,
          );
    });

    it('stays the same object for whoever holds on to it', () => {
      const pipeline = resumed();
      const held = pipeline.states[id];
      replace(pipeline, [id]);
      assert.equal(pipeline.states[id], held);
    });
  });

describe('of the present stays', () => {
  it('what waits for its reward or its label, and what the config says', () => {
    const pipeline = resumed();
    replace(pipeline, ['q-table', 'ensemble']);
    const { 'q-table': q, ensemble } = pipeline.world;
    const before = newer.world;
    assert.deepEqual(q.waiting, before['q-table'].waiting);
    assert.deepEqual(q.parameters, before['q-table'].parameters);
    assert.deepEqual(ensemble.pending, before.ensemble.pending);
    assert.ok(ensemble.pending.length > 0);
    assert.equal(q.rewards, older.world['q-table'].rewards);
    assert.ok(q.rewards < before['q-table'].rewards);
  });

  it('every number that is never given twice; no training is owed any more', () => {
    const pipeline = resumed();
    const before = newer.world;
    replace(pipeline, ['signal-model', 'deep-signal-model']);
    for (const id of ['signal-model', 'deep-signal-model'] as const) {
      const model = pipeline.world[id];
      assert.equal(model.version, older.world[id].version);
      assert.equal(model.lastVersion, before[id].lastVersion);
      assert.equal(model.nextExampleId, before[id].nextExampleId);
      assert.equal(model.examples.at(-1)?.id, older.world[id].examples.at(-1)?.id);
      assert.equal(model.request, null);
    }
  });

  it('the request that was owed when the older memory was saved is owed no more', () => {
    const pipeline = resumed();
    const signal = older.world['signal-model'];
    const request = {
      ...{ model: 'signal-model' as const, time: 1, from: 1, through: 2, champion: 0, gate: [] },
      ...{ seed: [1, 2, 3, 4] as const, rng: [1, 2, 3, 4] as const },
    };
    const gate = new Array<number>(31).fill(1);
    const from = { ...older.states, 'signal-model': { ...signal, request: { ...request, gate } } };
    replace(pipeline, ['signal-model'], from);
    assert.equal(pipeline.world['signal-model'].request, null);
  });
});

describe('a training that is under way', () => {
  it('when its model is replaced is owed no more: its outcome is nobody’s', async () => {
    let replacedAt = 0;
    const pipeline: Pipeline = createPipeline({
      ...EVENTFUL,
      from: saved(newer),
      trainer: {
        ...INLINE_TRAINER,
        async train(job) {
          const done = await INLINE_TRAINER.train(job);
          if (replacedAt === 0 && job.request.model === 'signal-model') {
            replace(pipeline, ['signal-model']);
            replacedAt = pipeline.steps.length;
          }
          return done;
        },
      },
    });
    await goOn(pipeline, EVENTFUL.candles.length);
    assert.ok(replacedAt > 0, 'there was one');
    const next = pipeline.steps[replacedAt]?.texts.join() ?? '';
    assert.doesNotMatch(next, /"model.trained","model":"signal-model"/);
    isExact(pipeline);
  });
});

describe('several at once', () => {
  it('are one step, of one later epoch', async () => {
    const pipeline = resumed();
    const before = pipeline.steps.length;
    replace(pipeline, ['signal-model', 'attention']);
    assert.equal(pipeline.steps.length, before + 1);
    assert.deepEqual(
      pipeline.told('memory.replaced').map(({ id, epoch }) => [id, epoch]),
      [
        ['signal-model', 2],
        ['attention', 2],
      ],
    );
    await goOn(pipeline, 5300);
    const orders = pipeline.told('order.approved');
    assert.ok(orders.some(({ order }) => order.epoch === 2));
    assert.ok(
      orders.every(({ order }, index) => order.epoch >= (orders[index - 1]?.order.epoch ?? 1)),
    );
  });
});

describe('the fold', () => {
  it('passes over a memory of a part that nobody knows', () => {
    const pipeline = resumed();
    const hash = stateHash(pipeline.states);
    createFold(
      LIST,
      pipeline.states,
      readState,
    )({
      ...{
        type: 'memory.replaced',
        id: 'oracle',
        time: 0,
        why: 'import',
        from: '',
        blob: '',
        epoch: 2,
      },
    });
    assert.equal(stateHash(pipeline.states), hash);
  });
});
