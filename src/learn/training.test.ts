import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { impurity } from '../base/canonical.ts';
import type { ModelId } from '../core/fact.ts';
import { predictBoosted, unpackTrained } from './boosted-model.ts';
import { tableOf } from './example-table.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { type PlantedRule, plantedExamples, plantedRequest } from './planted-example.ts';
import { train } from './training.ts';

/** A bent rule takes more examples to see. */
const COUNT: Readonly<Record<PlantedRule, number>> = { none: 1500, linear: 1500, bent: 4000 };

function trained(model: ModelId, rule: PlantedRule, seed = 11) {
  const examples = plantedExamples({ count: COUNT[rule], seed, rule });
  return train(plantedRequest(model, examples), tableOf(examples), null);
}

/** `from` and `count` of one long planted stretch, retrained with the champion. */
function retrained(model: ModelId, rule: PlantedRule) {
  const count = COUNT[rule];
  const all = plantedExamples({ count: count + 700, seed: 12, rule });
  const early = all.slice(0, count);
  const first = train(plantedRequest(model, early), tableOf(early), null);
  assert.ok(first.blob !== null, 'the first one is adopted');
  const request = plantedRequest(model, early);
  const next = plantedRequest(model, all, { champion: 1, seenUntil: request.time });
  const again = train(next, tableOf(all), first.blob);
  return { first, again };
}

/** The deep signal model learns from sequences: deep-training.test.ts. */
const MODELS: readonly ModelId[] = ['signal-model'];

for (const model of MODELS)
  describe(`training the ${model}`, () => {
    it('learns a planted rule: far below the base rate, and adopted', () => {
      const { outcome, blob } = trained(model, 'linear');
      assert.ok(outcome.challenger.logLoss < outcome.baseRate.logLoss - 0.1);
      assert.equal(outcome.adopted, true);
      assert.equal(outcome.version, 1);
      assert.equal(outcome.champion, null);
      assert.ok(blob !== null);
    });

    it('adopts what it found in pure noise no oftener than one error allows, and loses little', () => {
      let adoptions = 0;
      for (let seed = 1; seed <= 12; seed += 1) {
        const { outcome } = trained(model, 'none', seed);
        if (outcome.adopted) adoptions += 1;
        assert.ok(outcome.challenger.logLoss < outcome.baseRate.logLoss + 0.02, 'nor is it lost');
        assert.ok(outcome.gain!.logLoss < 0.02);
      }
      assert.ok(adoptions <= 4, `${adoptions} of 12`);
    });

    it('gives the same bytes twice', () => {
      const [one, two] = [trained(model, 'linear'), trained(model, 'linear')];
      assert.deepEqual(one.outcome, two.outcome);
      assert.deepEqual(one.blob, two.blob);
    });

    it('tells the scores of challenger and champion on examples new to both', () => {
      const { again } = retrained(model, 'linear');
      assert.equal(again.outcome.version, 2);
      assert.ok(again.outcome.champion !== null);
      assert.equal(again.outcome.champion.examples, again.outcome.challenger.examples);
      assert.ok(again.outcome.champion.examples >= 500 && again.outcome.champion.examples < 700);
      assert.ok(again.outcome.champion.logLoss < again.outcome.baseRate.logLoss);
    });

    it('keeps the champion unless the challenger is better by more than an error', () => {
      const { outcome } = retrained(model, 'linear').again;
      const { challenger, champion, gain } = outcome;
      assert.ok(Math.abs(champion!.logLoss - challenger.logLoss - gain!.logLoss) < 2e-6);
      assert.equal(outcome.adopted, gain!.logLoss > gain!.error && gain!.logLoss > 2e-4);
      assert.equal(outcome.verdict, outcome.adopted ? 'adopted' : 'not clearly better');
    });

    it('is not moved by what happens in the compare slice', () => {
      const examples = plantedExamples({ count: 1500, seed: 13, rule: 'linear' });
      const request = plantedRequest(model, examples);
      const changed = examples.map((example, index) =>
        index === 1499
          ? { ...example, features: example.features.map(value => value / 2) }
          : example,
      );
      const weights = (blob: Uint8Array | null) => unpackTrained(blob!)!.model;
      const one = train(request, tableOf(examples), null);
      const two = train(request, tableOf(changed), null);
      assert.notEqual(one.outcome.challenger.logLoss, two.outcome.challenger.logLoss);
      assert.deepEqual(weights(one.blob), weights(two.blob));
    });

    it('answers a request that has too few examples without adopting', () => {
      const examples = plantedExamples({ count: 12, seed: 1, rule: 'linear' });
      for (const count of [0, 1, 12]) {
        const table = tableOf(examples.slice(0, count));
        const { outcome } = train(plantedRequest(model, examples), table, null);
        assert.equal(impurity(outcome), null);
        assert.equal(outcome.adopted, false);
        assert.equal(outcome.verdict, 'too few examples');
      }
    });

    it('adopts nothing, however good, on fewer examples than decide', () => {
      const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
      const seenUntil = examples[1005]!.time;
      const request = plantedRequest(model, examples, { seenUntil });
      const { outcome, blob } = train(request, tableOf(examples), null);
      assert.deepEqual([outcome.verdict, outcome.adopted, blob], ['too few examples', false, null]);
      assert.ok(outcome.slices!.compare > 450 && outcome.slices!.compare < 500);
      assert.deepEqual([outcome.rounds, outcome.challenger.examples], [0, 0], 'nothing was fitted');
    });
  });

describe('the signal model', () => {
  it('learns a rule that no linear model can, nearly all of it', () => {
    const { adopted, challenger, baseRate } = trained('signal-model', 'bent').outcome;
    assert.equal(adopted, true);
    // Who knows the rule itself is better than the base rate by 0.42.
    assert.ok(challenger.logLoss < baseRate.logLoss - 0.3);
  });

  it('is fitted to float32 features: what it says of a double is what it says of its float32', () => {
    const { model } = unpackTrained(trained('signal-model', 'linear').blob!)!;
    const row = Array.from({ length: FEATURE_COUNT }, (_, column) => Math.sin(column) / 3);
    assert.deepEqual(predictBoosted(model, row), predictBoosted(model, row.map(Math.fround)));
  });

  it('draws its features by the gate of the request', () => {
    const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
    const request = plantedRequest('signal-model', examples);
    // Seven in ten are drawn for a tree: all that are open, and none of the others.
    const gate = request.gate.map((_, column) => (column < 22 ? 1 : 1e-12));
    const { blob } = train({ ...request, gate }, tableOf(examples), null);
    const { importance } = unpackTrained(blob!)!;
    FEATURE_NAMES.forEach((name, column) => {
      assert.equal(importance[name]! > 0, column < 22, name);
    });
  });

  it('names the feature that carries the rule, by gain and by permutation', () => {
    const { importance, permutation } = unpackTrained(trained('signal-model', 'linear').blob!)!;
    const best = (values: Record<string, number>) =>
      Object.entries(values).sort((a, b) => b[1] - a[1])[0]![0];
    assert.equal(best(importance), FEATURE_NAMES[0]);
    assert.equal(best(permutation), FEATURE_NAMES[0]);
  });
});
