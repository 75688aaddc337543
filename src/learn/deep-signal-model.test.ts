import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { throughFile } from '../../test/fixtures/pipeline.ts';
import { must } from '../base/assert.ts';
import { canonicalText, impurity } from '../base/canonical.ts';
import { SEQUENCES_KEPT_MAX } from '../base/limits.ts';
import { DAY_MS } from '../base/time.ts';
import type { Encoded, Tensor } from '../core/component.ts';
import type { Example, Fact, TrainRequest } from '../core/fact.ts';
import { packSequence, SEQUENCE_SIZE, type Sequence } from '../core/sequence.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { upgradeContent } from '../state/upgrade.ts';
import {
  championOf,
  type DeepSignalModelState,
  deepSignalModel,
  examplesOf,
  predictDeep,
  trainingDue,
} from './deep-signal-model.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { SHAPE } from './lstm-model.ts';
import { plantedRequest } from './planted-example.ts';
import { DEEP, type Learners, labelled, learners, requested } from './planted-learners.ts';
import { plantedSequences } from './planted-sequence.ts';
import { signalModel } from './signal-model.ts';
import { train } from './training.ts';

/** Trains as the app does and folds the answer. */
function answer({ deep, fold }: Learners): void {
  const request = must(deep.request, 'a request');
  const { outcome, blob } = train(request, examplesOf(deep, request), championOf(deep));
  const fact: Fact = { type: 'model.trained', ...outcome, blob: blob === null ? null : 'sha' };
  fold(fact, blob ?? undefined);
}

const EXAMPLES = plantedSequences({ count: 2200, seed: 11, rule: 'last' });
const request: TrainRequest = plantedRequest(DEEP, EXAMPLES);

function trainedLearners(): Learners {
  const world = learners();
  for (const example of EXAMPLES) world.fold(labelled(example));
  world.fold(requested(request));
  answer(world);
  return world;
}

const trained = trainedLearners();
const copy = (state: DeepSignalModelState) => throughFile(deepSignalModel, state);

/** A window that is 0 but for the first feature of its last row. */
function windowOf(value: number): Sequence {
  const window: Sequence = new Int8Array(SEQUENCE_SIZE);
  window[SEQUENCE_SIZE - FEATURE_COUNT] = value;
  return window;
}

const tiny = (id: number, time: number, sequence = packSequence(windowOf(id % 100))): Example => ({
  ...{ id, symbol: 'BTC/USDT:USDT', time, labelledAt: time + 1, proposed: false, label: 0 },
  ...{ return: 0, features: [], sequence },
});

const alone = (state = deepSignalModel.initial()) => learners(signalModel.initial(), state);
const fold = (world: Learners, example: Example) =>
  deepSignalModel.on['example.labelled']?.(
    world.deep,
    { type: 'example.labelled', ...example },
    undefined,
  );

describe('the deep signal model', () => {
  it('says nothing before a model was adopted', () => {
    const { deep } = learners();
    assert.equal(predictDeep(deep, windowOf(1)), null);
    assert.equal(championOf(deep), null);
  });

  it('learns the planted rule: up after a high feature, down after a low one', () => {
    const { deep } = trained;
    assert.deepEqual([deep.version, deep.lastVersion], [1, 1]);
    assert.equal(predictDeep(deep, null), null, 'the window is not full');
    const [, buyHigh, sellHigh] = must(predictDeep(deep, windowOf(60)), 'a prediction');
    const [, buyLow, sellLow] = must(predictDeep(deep, windowOf(-60)), 'a prediction');
    assert.ok(buyHigh > 2 * sellHigh && sellLow > 2 * buyLow);
    const sum = predictDeep(deep, windowOf(10))!.reduce((total, part) => total + part, 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  });

  it('comes back from its file bit for bit, trained and untrained', () => {
    for (const { deep } of [learners(), trained]) {
      const again = copy(deep);
      assert.equal(canonicalText(again), canonicalText(deep));
      assert.equal(impurity(deep), null);
      assert.equal(deepSignalModel.check?.(again), null);
      assert.deepEqual(predictDeep(again, windowOf(7)), predictDeep(deep, windowOf(7)));
    }
  });

  it('keeps the last 4,000 sequences, and passes by what has none that it can read', () => {
    const world = alone();
    for (let id = 1; id <= SEQUENCES_KEPT_MAX + 5; id += 1) fold(world, tiny(id, id));
    const { sequence: _, ...without } = tiny(9000, 9000);
    fold(world, without);
    fold(world, tiny(9001, 9001, 'AAAA'));
    const { examples, examplesSeen } = world.deep;
    assert.deepEqual([examples.length, examplesSeen], [SEQUENCES_KEPT_MAX, SEQUENCES_KEPT_MAX + 5]);
    assert.deepEqual([examples[0]!.id, examples.at(-1)!.id], [6, SEQUENCES_KEPT_MAX + 5]);
  });

  it('keeps those that a training names until it is answered', () => {
    const world = alone();
    for (let id = 1; id <= SEQUENCES_KEPT_MAX; id += 1) fold(world, tiny(id, id));
    const named = { ...request, from: 1, through: SEQUENCES_KEPT_MAX };
    world.fold(requested(named));
    for (let id = 1; id <= 40; id += 1)
      fold(world, tiny(SEQUENCES_KEPT_MAX + id, SEQUENCES_KEPT_MAX + id));
    assert.equal(world.deep.examples.length, SEQUENCES_KEPT_MAX + 40);
    assert.equal(examplesOf(world.deep, named).count, SEQUENCES_KEPT_MAX);
    const score = { logLoss: 1, brier: 1, accuracy: 0, examples: 100 };
    world.fold({
      ...{ type: 'model.trained', model: DEEP, time: 1, adopted: false, version: 1 },
      ...{ through: 1, challenger: score, champion: null, baseRate: score, blob: null },
    });
    assert.equal(world.deep.examples[0]!.id, 41);
  });

  it('is due for a training at most once a market day and one at a time', () => {
    const world = alone();
    const { learning: byDefault } = DEFAULT_SETTINGS;
    const dueWhere = (deepSignalModel: boolean) =>
      trainingDue(world.deep, {
        ...DEFAULT_SETTINGS,
        learning: { ...byDefault, deepSignalModel },
      });
    const due = () => dueWhere(true);
    const add = (count: number, time: number) => {
      for (let index = 0; index < count; index += 1)
        fold(world, tiny(world.deep.examplesSeen + 1, time));
    };
    add(999, 0);
    assert.equal(due(), null);
    add(1, 0);
    assert.deepEqual(due(), { from: 1, through: 1000, trigger: 'no model' });
    world.fold(requested(request));
    add(700, 5);
    assert.equal(due(), null, 'while one is pending');
    world.deep.request = null;
    assert.equal(due(), null, 'on the same day');
    add(1, request.time + DAY_MS);
    assert.deepEqual(due(), { from: 1, through: 1701, trigger: 'no model' });
    assert.equal(dueWhere(false), null);
  });

  it('watches its own log-loss on examples that no decision has seen', () => {
    const world = alone(copy(trained.deep));
    assert.ok(world.deep.retraining.drift.deviation > 0);
    const wrong = plantedSequences({ count: 400, seed: 2, rule: 'last', firstId: 3000 });
    for (const example of wrong) fold(world, example);
    const asEver = world.deep.retraining.drift.sum;
    const twin = alone(copy(trained.deep));
    const turned = { 0: 0, 1: 2, 2: 1 } as const;
    for (const example of wrong) fold(twin, { ...example, label: turned[example.label] });
    assert.ok(twin.deep.retraining.drift.sum > asEver + 20);
  });

  it('keeps the two champions before it, and the story of its trainings', () => {
    const world = alone(copy(trained.deep));
    const blob = must(championOf(trained.deep), 'a champion');
    const score = { logLoss: 1, brier: 1, accuracy: 0, examples: 600 };
    for (let version = 2; version <= 60; version += 1)
      world.fold(
        {
          ...{ type: 'model.trained', model: DEEP, time: version, adopted: true, version },
          ...{ through: version, challenger: score, champion: score, baseRate: score, blob: 'sha' },
        },
        blob,
      );
    const { version, former, history } = world.deep;
    assert.deepEqual([version, former.map(each => each.version)], [60, [58, 59]]);
    assert.deepEqual([history.length, history[0]!.version], [50, 11]);
    assert.equal(canonicalText(copy(world.deep)), canonicalText(world.deep));
  });

  it('ends the same whether saved in mid-training or not', () => {
    const more = plantedSequences({ count: 3000, seed: 11, rule: 'last' });
    const run = (savedAt: number | null) => {
      let world = alone();
      more.forEach((example, index) => {
        world.fold(labelled(example));
        if (index !== 2199 && index !== 2999) return;
        const { version: champion, retraining } = world.deep;
        const seen = retraining.seenUntil === null ? {} : { seenUntil: retraining.seenUntil };
        const next = plantedRequest(DEEP, more.slice(0, index + 1), { champion });
        world.fold(requested({ ...next, ...seen }));
        if (index === savedAt) world = alone(copy(world.deep));
        answer(world);
      });
      return canonicalText(world.deep);
    };
    const whole = run(null);
    assert.equal(run(2199), whole);
    assert.equal(run(2999), whole);
  });
});

describe('the file of the deep signal model', () => {
  const few = { ...trained.deep, examples: trained.deep.examples.slice(0, 20) };
  const content = deepSignalModel.file.encode(few) as Encoded & { format: 'safetensors' };
  const read = (change: Partial<typeof content>) =>
    deepSignalModel.file.decode({ ...content, ...change });

  it('is refused where a tensor is missing or of another shape', () => {
    const { gate, ...tensors } = content.tensors;
    assert.throws(() => read({ tensors }), /tensor gate is not float64 \[31\]/);
    const spoiled = (name: string, shape: number[]) => () =>
      read({
        tensors: { ...content.tensors, gate: gate!, [name]: { ...content.tensors[name]!, shape } },
      });
    assert.throws(spoiled('lstm.bias', [63]), /lstm\.bias is not float32 \[64\]/);
    assert.throws(spoiled('example.label', [1]), /example\.label is not int8/);
    assert.throws(spoiled('example.sequence', [1, 32, 31]), /example\.sequence is not int8/);
  });

  it('keeps all but the network where that is of another architecture', () => {
    const architecture = JSON.stringify({ kind: 'lstm', steps: 32, hidden: 99, dense: 16 });
    const state = read({ metadata: { ...content.metadata, architecture } });
    assert.deepEqual([state.model, state.version, state.lastVersion], [null, 0, 1]);
    assert.equal(state.retraining.fresh, 20, 'the next training is due at the next chance');
    assert.deepEqual(state.examples, few.examples);
    assert.equal(deepSignalModel.check?.(state), null);
  });

  it('of schema 2 is lifted: the ids of its examples are taken', () => {
    const { nextExampleId: _, ...counters } = JSON.parse(content.metadata['counters']!);
    const metadata = { ...content.metadata, counters: JSON.stringify(counters) };
    const lifted = upgradeContent(deepSignalModel, 2, { ...content, metadata });
    const taken = { ...few, nextExampleId: few.examples.at(-1)!.id + 1 };
    assert.equal(canonicalText(deepSignalModel.file.decode(lifted)), canonicalText(taken));
  });

  it('carries what was learned of a feature by its name', () => {
    const names = JSON.parse(content.metadata['featureNames']!) as string[];
    // As an older release might have had them: turned around, without the first, with another.
    const older = [...names.slice(1).reverse(), 'moon_phase'];
    const state = read({
      tensors: Object.fromEntries(
        Object.entries(content.tensors).map(([name, tensor]) => [name, asOf(older, name, tensor)]),
      ),
      metadata: { ...content.metadata, featureNames: JSON.stringify(older) },
    });
    const now = deepSignalModel.file.encode(state) as typeof content;
    for (const [name, { data, shape }] of Object.entries(now.tensors)) {
      const was = content.tensors[name]!.data;
      const at = placeOf(name);
      const width = name.endsWith('weight') || name.endsWith('lstm.input') ? shape[1]! : 1;
      const fresh = name === 'gate' || name === 'scaler.scale' ? 1 : 0;
      const wanted = Array.from(was, (value, place) => {
        const row = Math.floor(place / width);
        if (at === null || row < at) return value;
        return (row - at) % FEATURE_COUNT === 0 ? fresh : value;
      });
      assert.deepEqual(Array.from(data), wanted, name);
    }
    assert.equal(deepSignalModel.check?.(state), null);
  });
});

/** The row of a tensor that stands for the first feature; null: its rows are no features. */
function placeOf(name: string): number | null {
  if (name.endsWith('dense.weight')) return SHAPE.hidden;
  return /lstm\.input$|^scaler|^gate|^example\.sequence/.test(name) ? 0 : null;
}

/** A tensor as a release with other features would have it; 3 wherever today has none. */
function asOf(names: readonly string[], name: string, { data, shape }: Tensor): Tensor {
  const at = placeOf(name);
  if (at === null) return { data, shape };
  const width = /weight$|input$/.test(name) ? shape[1]! : 1;
  const block = FEATURE_COUNT * width;
  const values = Array.from(data);
  const out = values.slice(0, at * width);
  for (let start = at * width; start < values.length; start += block)
    for (const each of names) {
      const from = FEATURE_NAMES.indexOf(each as (typeof FEATURE_NAMES)[number]);
      for (let unit = 0; unit < width; unit += 1)
        out.push(from < 0 ? 3 : values[start + from * width + unit]!);
    }
  const copy = data.slice();
  copy.set(out);
  return { data: copy, shape };
}
