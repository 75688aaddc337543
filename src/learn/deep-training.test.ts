import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { must } from '../base/assert.ts';
import { impurity } from '../base/canonical.ts';
import type { Example, TrainRequest } from '../core/fact.ts';
import { unpackSequence } from '../core/sequence.ts';
import { trainDeep, warmStart } from './deep-training.ts';
import { packLstm, unpackLstm } from './lstm-blob.ts';
import { type LstmModel, predictLstm } from './lstm-model.ts';
import { plantedRequest } from './planted-example.ts';
import { DEEP } from './planted-learners.ts';
import { plantedSequences, type SequenceRule, shuffledRows } from './planted-sequence.ts';
import { type SequenceExample, sequenceTable } from './sequence-table.ts';

/** Order over half a minute of candles takes more examples to see. */
const COUNT: Readonly<Record<SequenceRule, number>> = { none: 2200, last: 2200, order: 4000 };

const tableOf = (examples: readonly Example[]) =>
  sequenceTable(examples as readonly SequenceExample[]);
const request = (examples: readonly Example[], change: Partial<TrainRequest> = {}) => ({
  ...plantedRequest(DEEP, examples),
  ...change,
});

const planted = (rule: SequenceRule, seed = 11) =>
  plantedSequences({ count: COUNT[rule], seed, rule });
const trained = (examples: readonly Example[]) =>
  trainDeep(request(examples), tableOf(examples), null);
const modelOf = (blob: Uint8Array | null): LstmModel =>
  must(unpackLstm(must(blob, 'a blob')), 'a model of this release');

const LAST = planted('last');
const first = trained(LAST);

describe('training the deep signal model', () => {
  it('learns a planted rule: far below the base rate, and adopted', () => {
    const { outcome, blob } = first;
    assert.ok(outcome.challenger.logLoss < outcome.baseRate.logLoss - 0.1);
    assert.deepEqual([outcome.verdict, outcome.version, outcome.champion], ['adopted', 1, null]);
    assert.ok(outcome.rounds! > 0);
    assert.ok(blob !== null);
  });

  it('learns what lies in the order of the rows alone, which a bag of them does not show', () => {
    const examples = planted('order');
    const { outcome } = trained(examples);
    assert.equal(outcome.verdict, 'adopted');
    assert.ok(outcome.challenger.logLoss < outcome.baseRate.logLoss - 0.15);
    const bag = trained(shuffledRows(examples, 3)).outcome;
    assert.equal(bag.adopted, false);
    assert.ok(bag.challenger.logLoss > bag.baseRate.logLoss - 0.01);
  });

  it('is not lost in pure noise', () => {
    for (const seed of [1, 2, 3]) {
      const { outcome } = trained(planted('none', seed));
      assert.equal(outcome.adopted, false);
      assert.ok(outcome.challenger.logLoss < outcome.baseRate.logLoss + 0.02);
    }
  });

  it('gives the same bytes twice', () => {
    const again = trained(LAST);
    assert.deepEqual(again.outcome, first.outcome);
    assert.deepEqual(again.blob, first.blob);
  });

  it('goes on from the champion, and tells both scores on examples new to both', () => {
    const more = plantedSequences({ count: 3200, seed: 11, rule: 'last' });
    const seenUntil = LAST.at(-1)!.labelledAt;
    const { outcome, blob } = trainDeep(
      request(more, { champion: 1, seenUntil }),
      tableOf(more),
      first.blob,
    );
    assert.equal(outcome.version, 2);
    assert.equal(outcome.champion?.examples, outcome.challenger.examples);
    assert.ok(outcome.champion!.examples > 500 && outcome.champion!.examples < 1000);
    assert.ok(outcome.champion!.logLoss < outcome.baseRate.logLoss - 0.05);
    const clearly = outcome.gain!.logLoss > outcome.gain!.error;
    assert.equal(outcome.adopted, clearly);
    if (blob !== null) assert.ok(modelOf(blob).adam.steps > modelOf(first.blob).adam.steps);
  });

  it('is not moved by what happens in the compare slice', () => {
    const changed = LAST.map((example, index) =>
      index === LAST.length - 1 ? { ...example, sequence: LAST[0]!.sequence! } : example,
    );
    const again = trained(changed);
    assert.notEqual(again.outcome.challenger.logLoss, first.outcome.challenger.logLoss);
    assert.deepEqual(modelOf(again.blob), modelOf(first.blob));
  });

  it('answers a request that has too few examples without adopting', () => {
    const examples = LAST.slice(0, 12);
    for (const count of [0, 1, 12]) {
      const { outcome } = trainDeep(request(examples), tableOf(examples.slice(0, count)), null);
      assert.equal(impurity(outcome), null);
      assert.deepEqual([outcome.adopted, outcome.verdict], [false, 'too few examples']);
    }
  });
});

describe('a warm start', () => {
  it('says the same after its inputs are scaled and gated anew', () => {
    const champion = modelOf(first.blob);
    const scaler = {
      mean: champion.scaler.mean.map((mean, index) => mean + 0.01 * index),
      scale: champion.scaler.scale.map((scale, index) => scale * (1 + 0.02 * index)),
    };
    const gate = champion.gate.map((weight, index) => weight * (0.5 + 0.05 * index));
    const moved = { ...champion, ...warmStart(champion, { scaler, gate }), scaler, gate };
    for (const example of LAST.slice(0, 20)) {
      const sequence = must(unpackSequence(example.sequence!), 'a sequence');
      const [a, b] = [champion, moved].map(model => predictLstm(model, sequence));
      a!.forEach((chance, name) => {
        assert.ok(Math.abs(chance - b![name]!) < 1e-4);
      });
    }
  });
});

describe('the blob of an LSTM', () => {
  it('comes back bit for bit', () => {
    assert.deepEqual(packLstm(modelOf(first.blob)), first.blob);
  });

  it('is refused when it was cut', () => {
    assert.throws(() => unpackLstm(first.blob!.slice(0, -4)), /floats instead of/);
    assert.throws(() => unpackLstm(first.blob!.slice(0, 20)), /not a blob/);
  });

  it('of 0.1.0 held a dense network: recognised, and of no use', () => {
    const url = new URL('../../test/fixtures/0.1.0/dense-blob.bin', import.meta.url);
    assert.equal(unpackLstm(readFileSync(url)), null);
  });
});
