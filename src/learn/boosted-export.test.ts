import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exportLightgbm, lastBelow } from './boosted-export-lightgbm.ts';
import { exportXgboost } from './boosted-export-xgboost.ts';
import { type BoostedModel, predictBoosted, unpackTrained } from './boosted-model.ts';
import { tableOf } from './example-table.ts';
import { FEATURE_NAMES } from './features.ts';
import { plantedExamples, plantedRequest } from './planted-example.ts';
import { trainSignal } from './signal-training.ts';

const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
const { blob } = trainSignal(plantedRequest('signal-model', examples), tableOf(examples), null);
const trained = unpackTrained(blob!)!.model;
/** One with a temperature that matters, and one without a tree. */
const MODELS: readonly BoostedModel[] = [
  { ...trained, temperature: 2.5 },
  {
    ...trained,
    forest: {
      roots: [],
      column: new Uint8Array(0),
      value: new Float32Array(0),
      left: new Uint8Array(0),
      gain: new Float32Array(0),
      cover: new Float32Array(0),
    },
  },
];

/** What a reader of trees would say: sums of leaves by class, and their softmax. */
function softmaxOf(leaves: readonly number[]): number[] {
  const sums = [0, 1, 2].map(label =>
    leaves.reduce((sum, leaf, tree) => (tree % 3 === label ? sum + leaf : sum), 0),
  );
  const parts = sums.map(Math.exp);
  return parts.map(part => part / parts.reduce((sum, other) => sum + other, 0));
}

/** XGBoost: left when the float32 is below. */
function readXgboost(text: string, row: readonly number[]): number[] {
  const { model } = JSON.parse(text).learner.gradient_booster;
  return softmaxOf(
    model.trees.map(
      (
        tree: Record<'left_children' | 'right_children' | 'split_indices', number[]> & {
          split_conditions: number[];
        },
      ) => {
        let node = 0;
        while (tree.left_children[node] !== -1) {
          const value = Math.fround(row[tree.split_indices[node]!]!);
          const side = value < tree.split_conditions[node]! ? 'left_children' : 'right_children';
          node = tree[side][node]!;
        }
        return tree.split_conditions[node]!;
      },
    ),
  );
}

/** LightGBM: left when the double is not above. */
function readLightgbm(text: string, row: readonly number[]): number[] {
  const trees = text.split('\nTree=').slice(1);
  return softmaxOf(
    trees.map(tree => {
      const list = (name: string) =>
        (new RegExp(`^${name}=(.*)$`, 'm').exec(tree)?.[1] ?? '').split(' ').map(Number);
      const [features, thresholds] = [list('split_feature'), list('threshold')];
      const [left, right, leaves] = [list('left_child'), list('right_child'), list('leaf_value')];
      if (leaves.length === 1) return leaves[0]!;
      let node = 0;
      while (node >= 0)
        node = row[features[node]!]! <= thresholds[node]! ? left[node]! : right[node]!;
      return leaves[~node]!;
    }),
  );
}

describe('an exported model', () => {
  for (const [name, read, write] of [
    ['XGBoost', readXgboost, exportXgboost],
    ['LightGBM', readLightgbm, exportLightgbm],
  ] as const)
    it(`for ${name} gives the calibrated probabilities`, () => {
      for (const model of MODELS) {
        const text = write(model);
        for (const { features } of examples.slice(0, 100)) {
          const ours = predictBoosted(model, features);
          read(text, features).forEach((chance, label) => {
            assert.ok(Math.abs(chance - ours[label]!) < 1e-6, `${chance} and ${ours[label]}`);
          });
        }
      }
    });

  it('names the features', () => {
    const { learner } = JSON.parse(exportXgboost(trained));
    assert.deepEqual(learner.feature_names, FEATURE_NAMES);
    const [, names] = /^feature_names=(.*)$/m.exec(exportLightgbm(trained))!;
    assert.deepEqual(names!.split(' '), FEATURE_NAMES);
  });

  it('for LightGBM says the size of each tree in bytes', () => {
    const text = exportLightgbm(trained);
    const [, sizes] = /^tree_sizes=(.*)$/m.exec(text)!;
    let at = text.indexOf('Tree=0');
    sizes!.split(' ').forEach((size, tree) => {
      assert.ok(text.startsWith(`Tree=${tree}\n`, at));
      at += Number(size);
    });
    assert.ok(text.startsWith('end of trees', at));
  });

  it('for XGBoost has a point or an exponent in every float', () => {
    const text = exportXgboost(trained);
    for (const name of ['split_conditions', 'base_weights', 'loss_changes', 'sum_hessian'])
      for (const [, list] of text.matchAll(new RegExp(`"${name}":\\[([^\\]]*)\\]`, 'g')))
        for (const number of list!.split(',')) assert.match(number, /[.e]/);
  });

  it('for LightGBM sends every double where its float32 would go', () => {
    const threshold = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 }),
      fc.constantFrom(0, 1, -1, 2 ** -149, -(2 ** -149), 0.5),
    );
    fc.assert(
      fc.property(
        threshold,
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -9, max: 9 }),
        (t, near, bit) => {
          const edge = Math.fround(t) + 0;
          // Doubles around the float32 before the threshold, at it, and halfway between them.
          const below = lastBelow(edge);
          const value = below + (near / 4) * (edge - below) + bit * Number.EPSILON * Math.abs(edge);
          assert.equal(value <= below, Math.fround(value) < edge, `${value} at ${edge}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
