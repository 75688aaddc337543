import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { LIVELY, runPipeline, tidalCandles } from '../../test/fixtures/pipeline.ts';
import { OUTCOMES_JUDGED_MAX } from '../base/limits.ts';
import { components, type Memory } from '../components.ts';
import { packSequence, SEQUENCE_SIZE } from '../core/sequence.ts';
import { jsonRecorder } from '../core/step.ts';
import { EMPTY_FOREST } from '../learn/boosted-forest.ts';
import { FEATURE_COUNT } from '../learn/features.ts';
import { SHAPE } from '../learn/lstm-model.ts';
import { parameterCount } from '../learn/lstm-shape.ts';
import { plantedExamples } from '../learn/planted-example.ts';
import { roundedVote } from '../learn/scores.ts';
import type { TrainingRecord } from '../learn/train-record.ts';
import { askAhead, judgementsOf, wordsOf } from './model-reliability.ts';
import { reliabilityOf } from './reliability.ts';

const SCORE = { logLoss: 1, brier: 0.6, accuracy: 0.4, examples: 500 };
/** It says hold with 0.5, whatever it is asked about. */
const FIXED = { prior: [0.5, 0.3, 0.2].map(Math.log), temperature: 1 };
/** The same of a network of zeros: a temperature that makes its logits mean nothing. */
const MUTE = { ...FIXED, temperature: 1e12 };
const ones = new Array<number>(FEATURE_COUNT).fill(1);
const zeros = new Array<number>(FEATURE_COUNT).fill(0);

let memory: Memory;

const trained = (time: number): TrainingRecord => ({
  ...{ time, adopted: true, version: 1, challenger: SCORE, champion: null, baseRate: SCORE },
});

/** Trees that were trained at a time, with examples from before it and after. */
function giveTrees(examples: Memory['signal-model']['examples'], time: number): void {
  Object.assign(memory['signal-model'], {
    ...{ version: 1, lastVersion: 1, examples, history: [trained(time)] },
    trained: {
      model: { kind: 'boosted-trees', ...FIXED, forest: EMPTY_FOREST },
      ...{ scaler: { mean: zeros, scale: ones }, importance: {}, permutation: {} },
    },
  });
}

function giveNetwork(examples: Memory['deep-signal-model']['examples'], time: number): void {
  const parameters = new Float32Array(parameterCount(SHAPE));
  Object.assign(memory['deep-signal-model'], {
    ...{ version: 1, lastVersion: 1, examples, history: [trained(time)] },
    model: { parameters, scaler: { mean: zeros, scale: ones }, gate: ones, calibration: MUTE },
  });
}

const judged = (id: string) => {
  const { bins, ...told } = judgementsOf(memory).find(one => one.id === id) ?? assert.fail(id);
  return { ...told, reliability: reliabilityOf(bins) };
};

describe('the calibration of each forecaster', () => {
  beforeEach(() => {
    const states = components.map(component => [component.id, component.initial()] as const);
    memory = Object.fromEntries(states) as unknown as Memory;
  });

  it('is in words where nothing was said or nothing has come true', () => {
    assert.deepEqual(
      judgementsOf(memory).map(({ note }) => note),
      [
        'No forecast has come due yet.',
        'No signal model is trained yet: it takes 1000 labelled examples or more.',
        'The deep signal model is switched off.',
      ],
    );
    const examples = plantedExamples({ count: 20, seed: 3, rule: 'none' });
    giveTrees(examples, Number.MAX_SAFE_INTEGER / 2);
    const { note, reliability } = judged('signal-model');
    assert.equal(reliability, null);
    assert.match(note, /^No example that was opened after its training .* due for signal-model@1/);
    memory['signal-model'].history.pop();
    assert.match(judged('signal-model').note, /^When signal-model@1 was trained is not kept: /);
  });

  it('of a model counts what came after its training alone, each outcome once', () => {
    const examples = plantedExamples({ count: 300, seed: 3, rule: 'none' });
    const since = examples[100]?.time ?? assert.fail();
    giveTrees(examples, since);
    const held = examples.slice(100).filter(({ label }) => label === 0).length;
    assert.ok(held > 20 && held < 180);
    const { reliability, note } = judged('signal-model');
    assert.deepEqual(reliability?.bins, [
      { from: 0.5, to: 0.55, examples: 200, predicted: 0.5, observed: held / 200 },
    ]);
    assert.match(note, /^signal-model@1 on examples opened after its training \(2024-01-01 /);
    assert.equal(judged('ensemble').reliability, null);
  });

  it('of the deep model is of its own examples and its own words', () => {
    const sequence = packSequence(new Int8Array(SEQUENCE_SIZE));
    const examples = plantedExamples({ count: 90, seed: 5, rule: 'none' });
    giveNetwork(
      examples.map(one => ({ ...one, sequence })),
      examples[60]?.time ?? 0,
    );
    const held = examples.slice(60).filter(({ label }) => label === 0).length;
    const { reliability } = judged('deep-signal-model');
    assert.equal(reliability?.examples, 30);
    assert.ok(Math.abs((reliability.bins[0]?.predicted ?? 0) - 0.5) < 1e-6);
    assert.equal(reliability.bins[0]?.observed, held / 30);
  });

  it('is asked of each outcome once, by whoever looks, and ahead of a look with rests', async () => {
    let asked = 0;
    const counting = plantedExamples({ count: 60, seed: 3, rule: 'none' }).map(
      ({ features, ...example }) => ({
        ...example,
        get features() {
          asked += 1;
          return features;
        },
      }),
    );
    giveTrees(counting, 0);
    const ahead = askAhead(memory);
    assert.equal(asked, 0, 'it rests first');
    await ahead;
    assert.equal(asked, 60);
    assert.equal(judged('signal-model').reliability?.examples, 60);
    assert.equal(asked, 60);
  });

  it('is of the last outcomes where there are more than are looked at', () => {
    const count = OUTCOMES_JUDGED_MAX + 50;
    const examples = plantedExamples({ count, seed: 7, rule: 'none' });
    giveTrees(examples, 0);
    const held = examples.slice(50).filter(({ label }) => label === 0).length;
    const { reliability } = judged('signal-model');
    assert.equal(reliability?.examples, OUTCOMES_JUDGED_MAX);
    assert.equal(reliability.bins[0]?.observed, held / OUTCOMES_JUDGED_MAX);
  });

  it('rests on words that are those of then, where the facts still tell them', async () => {
    const { world, steps } = await runPipeline({ candles: tidalCandles(4500), settings: LIVELY });
    const facts = steps.flatMap(({ texts }) => texts.map(text => jsonRecorder.decode(text)));
    for (const model of ['signal-model', 'deep-signal-model'] as const) {
      const { history, version } = world[model];
      const since = history.findLast(one => one.version === version)?.time ?? assert.fail();
      const said = wordsOf(world, model, { version, since });
      const examples = world[model].examples.filter(({ time }) => time >= since);
      assert.equal(said.length, examples.length);
      const then = facts.flatMap(fact => {
        if (fact.type !== 'example.opened' || fact.time <= since) return [];
        const word = fact.forecast?.[model === 'signal-model' ? 'signal' : 'deep'] ?? null;
        const at = examples.findIndex(({ id }) => id === fact.id);
        return word === null || at < 0 ? [] : [{ word, at }];
      });
      assert.ok(then.length > 0, `${model} said something of ${then.length}`);
      for (const { word, at } of then)
        assert.deepEqual(roundedVote(said[at]?.[0] ?? assert.fail()), word);
    }
  });
});
