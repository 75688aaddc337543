import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText, impurity } from '../base/canonical.ts';
import type { BlobContent, Encoded } from '../core/component.ts';
import type { Fact, TrainRequest } from '../core/fact.ts';
import type { TradeRecord } from '../core/order.ts';
import { plantedExamples, plantedRequest } from './planted-example.ts';
import { type Learners, labelled, learners, requested, row, SIGNAL } from './planted-learners.ts';
import * as signal from './signal-model.ts';
import { train } from './training.ts';

/** Trains as the app does and gives the fact with its blob. */
function answer(world: Learners, request: TrainRequest): { fact: Fact; blob: BlobContent } {
  const champion = signal.championOf(world.signal);
  const { outcome, blob } = train(request, signal.examplesOf(world.signal, request), champion);
  return {
    fact: { type: 'model.trained', ...outcome, blob: blob === null ? null : 'sha' },
    blob: blob ?? undefined,
  };
}

function trainedLearners(): Learners {
  const world = learners();
  const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
  for (const example of examples) world.fold(labelled(example));
  const request = plantedRequest(SIGNAL, examples);
  world.fold(requested(request));
  const { fact, blob } = answer(world, request);
  world.fold(fact, blob);
  return world;
}

/** Through what the file would hold. */
function throughFile(content: Encoded): Encoded {
  assert.ok(content.format === 'json.zst');
  return { format: content.format, value: JSON.parse(JSON.stringify(content.value)) };
}

function reload<State>(
  file: { encode(state: State): Encoded; decode(content: Encoded): State },
  state: State,
): State {
  return file.decode(throughFile(file.encode(state)));
}

const trade = (profit: number, version: number): Fact => ({
  type: 'trade.closed',
  trade: { profit, models: { signal: version, deep: 0 } } as TradeRecord,
});

describe('the signal model', () => {
  it('says nothing before a model was adopted', () => {
    const world = learners();
    assert.equal(signal.predictSignal(world.signal, row(1)), null);
    assert.equal(signal.championOf(world.signal), null);
  });

  it('learns the planted rule: up after a high feature, down after a low one', () => {
    const world = trainedLearners();
    assert.equal(world.signal.version, 1);
    const predict = (value: number) => signal.predictSignal(world.signal, row(value));
    const [, buyHigh, sellHigh] = predict(2)!;
    const [, buyLow, sellLow] = predict(-2)!;
    assert.ok(buyHigh > 2 * sellHigh && sellLow > 2 * buyLow);
    assert.ok(Math.abs(predict(0.3)!.reduce((sum, part) => sum + part, 0) - 1) < 1e-12);
  });

  it('comes back from its file bit for bit, trained and untrained', () => {
    for (const world of [learners(), trainedLearners()]) {
      const again = reload(signal.signalModel.file, world.signal);
      assert.equal(canonicalText(again), canonicalText(world.signal));
      assert.equal(impurity(world.signal), null);
      assert.equal(signal.signalModel.check!(again), null);
    }
  });

  it('ends the same whether saved in mid-training or not', () => {
    const examples = plantedExamples({ count: 2300, seed: 15, rule: 'linear' });
    const run = (savedAt: number | null) => {
      let world = learners();
      const save = () => {
        world = learners(reload(signal.signalModel.file, world.signal));
      };
      examples.forEach((example, index) => {
        world.fold(labelled(example));
        if (index !== 1500 && index !== 2250) return;
        const request = plantedRequest(SIGNAL, examples.slice(0, index + 1));
        world.fold(requested({ ...request, champion: world.signal.version }));
        if (index === savedAt) save();
        const { fact, blob } = answer(world, world.signal.request!);
        world.fold(fact, blob);
      });
      return canonicalText(world.signal);
    };
    const whole = run(null);
    assert.equal(run(1500), whole);
    assert.equal(run(2250), whole);
  });

  it('counts for its performance only trades that a trained model had weighed', () => {
    const world = learners();
    for (const fact of [trade(500, 0), trade(300, 1), trade(-100, 2)]) world.fold(fact);
    assert.deepEqual(world.signal.performance, { totalTrades: 2, wins: 1, profitSum: 200 });
    assert.deepEqual(signal.performanceOf(world.signal), { winRate: 0.5, averageProfit: 100 });
    assert.equal(signal.performanceOf(learners().signal), null);
  });

  it('keeps the champion when the outcome was not adopted', () => {
    const world = trainedLearners();
    const before = canonicalText(world.signal.trained);
    const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
    const request = plantedRequest(SIGNAL, examples, { champion: 1 });
    world.fold(requested(request));
    const score = { logLoss: 1, brier: 1, accuracy: 0, examples: 100 };
    world.fold({
      type: 'model.trained',
      model: SIGNAL,
      time: request.time,
      adopted: false,
      version: 2,
      through: request.through,
      challenger: score,
      champion: score,
      baseRate: score,
      blob: null,
    });
    assert.equal(world.signal.version, 1);
    assert.equal(world.signal.request, null);
    assert.equal(canonicalText(world.signal.trained), before);
    assert.equal(world.signal.history.at(-1)?.adopted, false);
  });

  it('remember the last 50 trainings, and the last two champions before this one', () => {
    const world = trainedLearners();
    const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
    const blob = signal.championOf(world.signal)!;
    const score = { logLoss: 1, brier: 1, accuracy: 0, examples: 600, error: 0.01 };
    for (let version = 2; version <= 61; version += 1) {
      const request = plantedRequest(SIGNAL, examples, { champion: version - 1 });
      world.fold(requested(request));
      const adopted = version < 40;
      world.fold(
        {
          type: 'model.trained',
          ...{ model: SIGNAL, time: version, through: version, adopted },
          ...{ version: Math.min(version, 40), blob: adopted ? 'sha' : null },
          ...{ challenger: score, champion: score, baseRate: score },
          ...{ verdict: adopted ? 'adopted' : 'not clearly better', rounds: 3 },
        },
        adopted ? blob : undefined,
      );
    }
    const { history, former, version, lastVersion } = world.signal;
    assert.equal(history.length, 50);
    assert.deepEqual([history[0]!.through, history.at(-1)!.through], [12, 61]);
    assert.deepEqual([history.at(-1)!.rounds, history.at(-1)!.adopted], [3, false]);
    assert.deepEqual([version, lastVersion], [39, 39]);
    assert.deepEqual(
      former.map(each => each.version),
      [37, 38],
    );
    const again = reload(signal.signalModel.file, world.signal);
    assert.equal(canonicalText(again), canonicalText(world.signal));
  });

  it('refuses a file that is not its own', () => {
    const world = trainedLearners();
    const content = throughFile(signal.signalModel.file.encode(world.signal));
    assert.ok(content.format === 'json.zst');
    const spoil = (changes: Record<string, unknown>) => () =>
      signal.signalModel.file.decode({
        format: 'json.zst',
        value: { ...content.value, ...changes },
      });
    assert.throws(spoil({ version: -1 }), /version is not zero or more/);
    assert.throws(spoil({ examples: { id: [1] } }), /examples\.symbol is not a list/);
    assert.throws(spoil({ featureNames: ['a'] }), /is no feature/);
    assert.throws(spoil({ featureNames: ['a', 'a'] }), /two features/);
    assert.throws(spoil({ trained: { model: { kind: 'forest' } } }), /kind/);
  });
});
