import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { canonicalText } from '../base/canonical.ts';
import { DAY_MS } from '../base/time.ts';
import type { Encoded } from '../core/component.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { decodeFile } from '../state/formats.ts';
import { upgradeContent } from '../state/upgrade.ts';
import { packRows } from './example-column.ts';
import { FEATURE_NAMES } from './features.ts';
import { plantedExamples, plantedRequest } from './planted-example.ts';
import { type Learners, labelled, learners, requested, SIGNAL } from './planted-learners.ts';
import * as signal from './signal-model.ts';
import { train } from './training.ts';

const { signalModel } = signal;
const frozen = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../test/fixtures/0.1.0', name));
const frozenContent = (): Encoded => {
  const { content } = decodeFile(frozen('signal_model.json.zst'), 'json.zst', SIGNAL);
  return content;
};
const upgraded = () => signalModel.file.decode(upgradeContent(signalModel, 1, frozenContent()));

type Row = Record<string, number[]>;
const OWN: readonly string[] = FEATURE_NAMES;
const SCORE = { logLoss: 1, brier: 0.6, accuracy: 0.4, examples: 375 };

describe('the signal model of 0.1.0', () => {
  it('keeps every example, its performance and the story of its last training', () => {
    const state = upgraded();
    const old = frozenContent();
    assert.ok(old.format === 'json.zst');
    const columns = old.value['examples'] as Row;
    assert.equal(state.examples.length, 40);
    assert.deepEqual(
      state.examples.flatMap(({ features }) => features),
      columns['features'],
    );
    assert.deepEqual(
      state.examples.map(({ id, label }) => [id, label]),
      columns['id']!.map((id, row) => [id, columns['label']![row]]),
    );
    assert.deepEqual(state.performance, { totalTrades: 2, wins: 1, profitSum: 200 });
    assert.equal(state.nextExampleId, 1531);
    assert.equal(state.history.length, 1);
    assert.equal(state.history[0]!.through, 1500);
    assert.equal(state.history[0]!.verdict, undefined);
    assert.equal(signalModel.check!(state), null);
  });

  it('has no model any more, and never gives its version again', () => {
    const state = upgraded();
    assert.deepEqual([state.version, state.trained, state.lastVersion], [0, null, 1]);
    assert.equal(signal.predictSignal(state, state.examples[0]!.features), null);
    assert.equal(signal.championOf(state), null);
  });

  it('answers the request that it owed with trees, as the next version', () => {
    const state = upgraded();
    const examples = plantedExamples({ count: 1500, seed: 5, rule: 'linear', firstId: 2000 });
    const world = learners(state);
    for (const example of examples) world.fold(labelled(example));
    const { outcome, blob } = train(
      { ...state.request!, through: state.examples.at(-1)!.id },
      signal.examplesOf(state, { ...state.request!, through: state.examples.at(-1)!.id }),
      signal.championOf(state),
    );
    assert.equal(outcome.version, 2);
    assert.equal(outcome.adopted, true);
    world.fold({ type: 'model.trained', ...outcome, blob: 'sha' }, blob!);
    assert.deepEqual([state.version, state.lastVersion], [2, 2]);
  });

  it('is due for its next training at the next chance', () => {
    const state = upgraded();
    const world = learners(state);
    const examples = plantedExamples({ count: 1500, seed: 5, rule: 'linear', firstId: 2000 });
    for (const example of examples) world.fold(labelled(example));
    state.request = null;
    const due = signal.trainingDue(state, DEFAULT_SETTINGS);
    assert.equal(due?.trigger, 'no model');
    assert.equal(due?.version, 2);
    assert.equal(due?.seenUntil, undefined);
  });
});

describe('a journal of 0.1.0', () => {
  /** Request and answer as 0.1.0 told them. */
  const tell = (world: Learners, champion: number, adopted: boolean) => {
    const { examples } = world.signal;
    const request = plantedRequest(SIGNAL, examples, { champion });
    world.fold(requested(request));
    world.fold(
      {
        type: 'model.trained',
        ...{ model: SIGNAL, time: request.time, through: request.through },
        ...{ adopted, version: champion + 1, blob: adopted ? 'sha' : null },
        ...{ challenger: SCORE, champion: null, baseRate: SCORE },
      },
      adopted ? frozen('signal-blob.bin') : undefined,
    );
  };

  it('still folds behind the file: a champion it names is gone, its number is taken', () => {
    const world = learners(upgraded());
    tell(world, 1, true);
    const { signal: state } = world;
    assert.deepEqual([state.version, state.trained, state.lastVersion], [0, null, 2]);
    assert.equal(state.history.length, 2);
    assert.equal(state.history[1]!.adopted, true);
    assert.deepEqual([state.former, state.request], [[], null]);
    assert.equal(signalModel.check!(state), null);
    const file = signalModel.file.encode(state);
    assert.equal(canonicalText(signalModel.file.decode(file)), canonicalText(state));
  });

  it('still folds from its beginning, and goes on to a first model of trees', () => {
    const world = learners();
    const examples = plantedExamples({ count: 1500, seed: 5, rule: 'linear' });
    for (const example of examples.slice(0, 600)) world.fold(labelled(example));
    tell(world, 0, true);
    tell(world, 1, false);
    for (const example of examples.slice(600)) {
      const time = example.time + DAY_MS;
      world.fold(labelled({ ...example, time, labelledAt: example.labelledAt + DAY_MS }));
    }
    const due = signal.trainingDue(world.signal, DEFAULT_SETTINGS);
    assert.deepEqual([due?.trigger, due?.version], ['no model', 2]);
  });
});

describe('a file with other features', () => {
  const UNUSED = 12;
  const trainedState = () => {
    const world = learners();
    const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
    for (const example of examples) world.fold(labelled(example));
    const open = plantedRequest(SIGNAL, examples);
    // Next to closed: no tree splits on it.
    const gate = open.gate.map((weight, column) => (column === UNUSED ? 1e-12 : weight));
    const request = { ...open, gate };
    world.fold(requested(request));
    const { outcome, blob } = train(request, signal.examplesOf(world.signal, request), null);
    world.fold({ type: 'model.trained', ...outcome, blob: 'sha' }, blob!);
    world.fold(requested(plantedRequest(SIGNAL, examples, { champion: 1 })));
    return world.signal;
  };
  const state = trainedState();
  /** The file as a release wrote it that had other features in other columns. */
  const doctored = (names: readonly string[]): Encoded => {
    const file = signalModel.file.encode(state);
    assert.ok(file.format === 'json.zst');
    const value = JSON.parse(JSON.stringify(file.value));
    const columns = names.map(name => OWN.indexOf(name));
    const row = (values: number[]) => columns.map(column => (column < 0 ? 9 : values[column]!));
    value.featureNames = names;
    value.examples.features = packRows(state.examples.map(({ features }) => row([...features])));
    value.request.gate = row(value.request.gate);
    const { model, scaler, importance, permutation } = value.trained;
    model.forest.column = model.forest.column.map((column: number, node: number) =>
      model.forest.left[node] === 0
        ? 0
        : names.findIndex(name => name.replace('former_', '') === FEATURE_NAMES[column]),
    );
    scaler.mean = row(scaler.mean);
    scaler.scale = row(scaler.scale);
    for (const shares of [importance, permutation]) for (const name of names) shares[name] ??= 0.5;
    return { format: 'json.zst', value };
  };

  it('moved around is read as if it had not been', () => {
    const again = signalModel.file.decode(doctored(FEATURE_NAMES.toReversed()));
    assert.equal(canonicalText(again), canonicalText(state));
  });

  it('that had one more keeps all else, the model too where no tree used it', () => {
    const again = signalModel.file.decode(doctored(['ghost', ...FEATURE_NAMES]));
    assert.equal(canonicalText(again), canonicalText(state));
  });

  it('that lacks one starts it neutral, and the model is kept', () => {
    assert.ok(state.trained!.importance[FEATURE_NAMES[UNUSED]!] === 0, 'no tree split on it');
    const names = FEATURE_NAMES.filter((_, column) => column !== UNUSED);
    const again = signalModel.file.decode(doctored(names));
    const row = state.examples[5]!.features.slice();
    row[UNUSED] = 0;
    assert.deepEqual(again.examples[5]!.features, row);
    assert.equal(again.trained!.scaler.mean[UNUSED], 0);
    assert.equal(again.trained!.scaler.scale[UNUSED], 1);
    assert.equal(again.trained!.importance[FEATURE_NAMES[UNUSED]!], 0);
    assert.equal(again.request!.gate[UNUSED], 1);
    assert.deepEqual(
      signal.predictSignal(again, state.examples[5]!.features),
      signal.predictSignal(state, state.examples[5]!.features),
    );
  });

  it('that dropped one which a tree splits on has no model, and a training is due', () => {
    const names = FEATURE_NAMES.map(name => (name === FEATURE_NAMES[0] ? `former_${name}` : name));
    const again = signalModel.file.decode(doctored(names));
    assert.deepEqual([again.version, again.trained, again.lastVersion], [0, null, 1]);
    assert.equal(again.examples.length, state.examples.length);
    assert.equal(signalModel.check!(again), null);
    again.request = null;
    again.retraining.lastRequestTime = 0;
    assert.equal(signal.trainingDue(again, DEFAULT_SETTINGS)?.version, 2);
  });
});
