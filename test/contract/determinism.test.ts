/**
 * Determinism: a run is a function of its tape, its settings and its seed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { createPipeline, LIVELY, runPipeline, saved, tidalCandles } from '../fixtures/pipeline.ts';

const TAPE = tidalCandles(3000);
const run = (seed: number) => runPipeline({ candles: TAPE, settings: LIVELY, seed });

const first = await run(5);

describe('the same tape', () => {
  it('with the same seed gives the same facts and the same trained weights', async () => {
    const second = await run(5);
    assert.deepEqual(second.steps, first.steps);
    assert.ok(first.blobs.size > 0);
    assert.deepEqual(second.blobs, first.blobs);
  });

  it('with another seed gives other choices', async () => {
    const other = await run(6);
    const choices = ({ told }: typeof first) =>
      told('strategy.chosen').map(({ time, action }) => `${time} ${action}`);
    assert.notDeepEqual(choices(other), choices(first));
  });
});

describe('attention', () => {
  /** The candle with which a proposal was weighed after attention had learned to vote. */
  const weighedWith = (): number => {
    let candles = 0;
    for (const { input, texts } of first.steps) {
      if (input === 'candle') candles += 1;
      if (
        texts.some(text => text.includes('"signal.weighed"') && !text.includes('"attention":null'))
      )
        return candles;
    }
    throw new Error('attention never voted in this run');
  };

  /** The same world up to that candle, with the learned weights left or turned around. */
  const weighed = async (turn: boolean, minConfidence = LIVELY.minConfidence) => {
    const candle = weighedWith();
    const options = { candles: TAPE, settings: LIVELY, seed: 5 };
    const before = createPipeline(options);
    await before.run(candle - 1);
    const pipeline = createPipeline({ ...options, from: saved(before) });
    if (turn) {
      const { table } = pipeline.world.attention;
      table.set(table.slice(0, 31).reverse());
    }
    pipeline.input({ kind: 'configure', settings: { ...LIVELY, minConfidence } });
    await pipeline.run(candle);
    return must(pipeline.told('signal.weighed').at(-1), 'the weighed signal');
  };

  it('changes what the same proposal in the same market is worth', async () => {
    const [left, turned] = [await weighed(false), await weighed(true)];
    for (const part of ['symbol', 'time', 'direction', 'strategy', 'signal', 'deep'] as const)
      assert.deepEqual(turned[part], left[part], part);
    assert.notDeepEqual(turned.attention, left.attention);
    assert.notDeepEqual(turned.scores, left.scores);
    assert.notEqual(turned.confidence, left.confidence);
  });

  it('decides whether it is traded, where the confidence is close to the least', async () => {
    const [left, turned] = [await weighed(false), await weighed(true)];
    const between = (left.confidence + turned.confidence) / 2;
    const verdicts = [await weighed(false, between), await weighed(true, between)].map(
      ({ verdict }) => verdict,
    );
    const expected = ['accepted', 'confidence too low'];
    assert.deepEqual(verdicts, left.confidence > turned.confidence ? expected : expected.reverse());
  });

  it('scores every feature of a decision, and the scores share out one', () => {
    for (const { scores } of first.told('signal.weighed')) {
      assert.equal(scores.length, 31);
      assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < 1e-4);
    }
  });

  it('gates a training with its weights as of the decision before, and not with newer ones', async () => {
    const longer = await runPipeline({ candles: tidalCandles(6000), settings: LIVELY, seed: 5 });
    const requests = longer
      .told('model.train.requested')
      .filter(({ model }) => model === 'deep-signal-model');
    const [founding, next] = requests;
    assert.deepEqual(new Set(founding?.gate), new Set([1]), 'nothing was decided before');
    const learned = must(must(founding, 'a request').nextGate, 'weights');
    assert.equal(learned.length, 31);
    assert.ok(new Set(learned).size > 1, 'the weights had been learned');
    assert.deepEqual(must(next, 'a second request').gate, learned);
    assert.notDeepEqual(next?.nextGate, learned);
  });

  it('gates the deep signal model with the weights of its request', () => {
    const { model, version } = first.world['deep-signal-model'];
    const adopted = first
      .told('model.trained')
      .find(fact => fact.model === 'deep-signal-model' && fact.adopted && fact.version === version);
    const request = first
      .told('model.train.requested')
      .findLast(({ model, time }) => model === 'deep-signal-model' && time <= (adopted?.time ?? 0));
    assert.deepEqual(must(model, 'a model').gate, must(request, 'a request').gate);
  });
});
