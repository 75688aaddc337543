import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText, impurity } from '../base/canonical.ts';
import type { Example, Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import {
  type AttentionState,
  attend,
  attention,
  attentionVote,
  gateOf,
  openGate,
  VOTE_EXAMPLES_MIN,
  WEIGHT_MIN,
} from './attention.ts';
import { FEATURE_COUNT } from './features.ts';
import { type PlantedRule, plantedExamples } from './planted-example.ts';
import { meanLogLoss } from './scores.ts';

const foldAll = (state: AttentionState, examples: readonly Example[]): AttentionState => {
  const fold = createFold([attention], { attention: state });
  for (const example of examples) fold({ type: 'example.labelled', ...example });
  return state;
};

const learned = (rule: PlantedRule, count = 1500, seed = 21): AttentionState =>
  foldAll(attention.initial(), plantedExamples({ count, seed, rule }));

const reload = (state: AttentionState): AttentionState => {
  const content = attention.file.encode(state);
  assert.ok(content.format === 'npy');
  return attention.file.decode({ ...content, data: content.data.slice() });
};

const rowAt = (column: number, value: number): number[] => {
  const features = new Array<number>(FEATURE_COUNT).fill(0);
  features[column] = value;
  return features;
};
const row = (value: number): number[] => rowAt(0, value);

const weighed = (scores: readonly number[]): Fact => ({
  type: 'signal.weighed',
  symbol: 'A',
  time: 0,
  direction: 'long',
  strategy: 'momentum',
  confidence: 0.5,
  verdict: 'taken',
  signal: null,
  deep: null,
  attention: null,
  scores,
  models: { signal: 0, deep: 0 },
});

describe('attention', () => {
  it('pays every feature the same before it has evidence', () => {
    assert.deepEqual(gateOf(attention.initial()), openGate());
  });

  it('opens the gate for the feature that carries the rule, and narrows the others', () => {
    const gate = gateOf(learned('linear'));
    const [first, ...others] = gate;
    assert.ok(first! > 5, `${first}`);
    assert.ok(others.every(weight => weight < 2 && weight >= WEIGHT_MIN));
    const mean = gate.reduce((sum, weight) => sum + weight, 0) / FEATURE_COUNT;
    assert.ok(Math.abs(mean - 1) < 1e-5);
  });

  it('opens it as well for a feature that tells of movement and not of its direction', () => {
    const examples = plantedExamples({ count: 1500, seed: 31, rule: 'none' }).map(example => {
      const { features, label } = example;
      const still = features[7]! < 0 && label !== 0 && example.id % 4 !== 0;
      return still ? { ...example, label: 0 as const } : example;
    });
    const state = foldAll(attention.initial(), examples);
    const gate = gateOf(state);
    assert.equal(gate.indexOf(Math.max(...gate)), 7);
    assert.ok(gate[7]! > 3, `${gate[7]}`);
    const [still] = attentionVote(state, rowAt(7, -1.5))!;
    const [moving] = attentionVote(state, rowAt(7, 1.5))!;
    assert.ok(still > moving + 0.1, `${still} ${moving}`);
  });

  it('stays near indifference on noise', () => {
    const gate = gateOf(learned('none', 3000));
    assert.ok(Math.max(...gate) < 1.5, `${Math.max(...gate)}`);
  });

  it('changes decisions: its vote turns with the feature that it learned to heed', () => {
    const state = learned('linear');
    const [holdUp, buyUp, sellUp] = attentionVote(state, row(1.5))!;
    const [, buyDown, sellDown] = attentionVote(state, row(-1.5))!;
    assert.ok(buyUp > 1.15 * sellUp && sellDown > 1.15 * buyDown);
    assert.ok(Math.abs(holdUp + buyUp + sellUp - 1) < 1e-9);
    const ignorant = attentionVote(learned('none'), row(1.5))!;
    assert.ok(Math.abs(ignorant[1] - ignorant[2]) < 0.05);
  });

  it('votes only after enough outcomes', () => {
    assert.equal(attentionVote(learned('linear', VOTE_EXAMPLES_MIN - 1), row(1)), null);
    assert.notEqual(attentionVote(learned('linear', VOTE_EXAMPLES_MIN), row(1)), null);
  });

  it('gives votes that mean what they say: better than the base rate on what comes later', () => {
    const state = learned('linear');
    const later = plantedExamples({ count: 800, seed: 22, rule: 'linear' });
    const labels = Uint8Array.from(later, example => example.label);
    const votes = later.flatMap(example => attentionVote(state, example.features)!);
    const base = later.flatMap(() => [0.2, 0.4, 0.4]);
    const lossOf = (rows: number[]) =>
      meanLogLoss({ probabilities: Float64Array.from(rows), labels });
    assert.ok(lossOf(votes) < lossOf(base) - 0.03, `${lossOf(votes)} ${lossOf(base)}`);
  });

  it('costs little on noise: its votes are hardly worse than the base rate', () => {
    const state = learned('none', 3000);
    const later = plantedExamples({ count: 2000, seed: 23, rule: 'none' });
    const labels = Uint8Array.from(later, example => example.label);
    const votes = later.flatMap(example => attentionVote(state, example.features)!);
    const base = later.flatMap(() => [0.4, 0.35, 0.25]);
    const lossOf = (rows: number[]) =>
      meanLogLoss({ probabilities: Float64Array.from(rows), labels });
    assert.ok(lossOf(votes) < lossOf(base) + 0.02, `${lossOf(votes)} ${lossOf(base)}`);
  });

  it('scores a decision by weight and by how unusual each feature is; the scores sum to 1', () => {
    const state = learned('linear');
    const scores = attend(state, row(3));
    assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-4);
    assert.equal(scores.indexOf(Math.max(...scores)), 0);
    const out = new Array<number>(FEATURE_COUNT).fill(9);
    assert.equal(attend(state, row(3), out), out);
    assert.deepEqual(out, scores);
    assert.equal(impurity(scores), null);
  });

  it('remembers the scores of the last decision, and none when attention was off', () => {
    const state = learned('linear', 300);
    const fold = createFold([attention], { attention: state });
    const scores = attend(state, row(2));
    fold(weighed(scores));
    assert.deepEqual(Array.from(state.table.subarray(FEATURE_COUNT, 2 * FEATURE_COUNT)), scores);
    fold(weighed([]));
    assert.deepEqual(Array.from(state.table.subarray(FEATURE_COUNT, 2 * FEATURE_COUNT)), scores);
  });

  it('comes back from its file bit for bit', () => {
    for (const state of [attention.initial(), learned('linear', 700)]) {
      assert.equal(canonicalText(reload(state)), canonicalText(state));
      assert.equal(attention.check!(state), null);
    }
  });

  it('ends the same whether saved in mid-stream or not', () => {
    const examples = plantedExamples({ count: 900, seed: 24, rule: 'linear' });
    const whole = canonicalText(foldAll(attention.initial(), examples));
    for (const cut of [0, 1, 49, 50, 51, 450, 900]) {
      const half = foldAll(attention.initial(), examples.slice(0, cut));
      assert.equal(canonicalText(foldAll(reload(half), examples.slice(cut))), whole);
    }
  });

  it('stays sound when every outcome is the same and every feature is still', () => {
    const examples = plantedExamples({ count: 400, seed: 25, rule: 'none' }).map(example => ({
      ...example,
      label: 1 as const,
      features: row(0),
    }));
    const state = foldAll(attention.initial(), examples);
    assert.equal(attention.check!(state), null);
    assert.ok(attentionVote(state, row(1))!.every(chance => chance >= 0 && chance <= 1));
  });

  it('refuses a matrix of another shape or with a number that is not finite', () => {
    const content = attention.file.encode(attention.initial());
    assert.ok(content.format === 'npy');
    const { data } = content;
    assert.throws(() => attention.file.decode({ ...content, columns: 30 }), /is 9 × 30 of 279/);
    assert.throws(
      () => attention.file.decode({ ...content, columns: 30, data: data.slice(9) }),
      /30 columns for 31 features|the feature list \d+ is not known/,
    );
    const state = attention.initial();
    state.table[3] = Number.NaN;
    assert.match(attention.check!(state)!, /not finite/);
  });
});
