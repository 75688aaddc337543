import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText, impurity } from '../base/canonical.ts';
import { Rng, seedRng } from '../base/rng.ts';
import type { Fact, Forecast, Label, Probabilities } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import type { EnsembleState } from './ensemble-state.ts';
import { ensemble, type Opinion, weighOpinion } from './ensemble-weights.ts';
import { FEATURE_COUNT } from './features.ts';

const ROW = new Array<number>(FEATURE_COUNT).fill(0);
const COST = 0.0016;
const BARRIER = 0.01;
const BASE: Probabilities = [0.4, 0.3, 0.3];

const opinionOf = (change: Partial<Opinion> = {}): Opinion => ({
  strategy: 'breakout',
  direction: 'long',
  strength: 0.5,
  signal: null,
  deep: null,
  attention: null,
  ...change,
});

const forecastIn = (state: EnsembleState, opinion: Opinion): Forecast => ({
  ...opinion,
  ...weighOpinion(state, opinion, DEFAULT_SETTINGS),
});

const confidenceIn = (state: EnsembleState, opinion: Opinion, settings: Settings): number =>
  weighOpinion(state, opinion, settings).confidence;

const opened = (id: number, forecast: Forecast): Fact => ({
  type: 'example.opened',
  ...{ id, symbol: 'A', time: id, proposed: true, features: ROW },
  ...{ barrier: BARRIER, candles: 60, forecast },
});

const labelled = (id: number, label: Label, change: number): Fact => ({
  type: 'example.labelled',
  ...{ id, symbol: 'A', time: id, labelledAt: id + 1, proposed: true, label },
  ...{ return: change - COST, features: ROW },
});

const changeOf = (label: Label): number =>
  label === 1 ? BARRIER : label === 2 ? -BARRIER : 0.0005;

const configured = (change: Partial<Settings['learning']>): Fact => ({
  type: 'config.changed',
  settings: { ...DEFAULT_SETTINGS, learning: { ...DEFAULT_SETTINGS.learning, ...change } },
});

function ensembleOf(state = ensemble.initial()) {
  return { state, fold: createFold([ensemble], { ensemble: state }) };
}

/** A class drawn from probabilities. */
function drawn([hold, buy]: Probabilities, rng: Rng): Label {
  const dice = rng.nextFloat();
  return dice < hold ? 0 : dice < hold + buy ? 1 : 2;
}

type Say = (truth: Probabilities, rng: Rng) => Partial<Opinion>;

/** Proposals whose outcome is drawn from a truth that swings; `say` is what the experts make of it. */
function lived(count: number, say: Say, from = ensemble.initial()): EnsembleState {
  const { state, fold } = ensembleOf(from);
  const rng = new Rng(seedRng(5));
  for (let id = 1; id <= count; id += 1) {
    const lean = 0.25 * Math.sin(id / 7);
    const truth: Probabilities = [0.4, 0.3 + lean, 0.3 - lean];
    const opinion = opinionOf({ direction: id % 2 === 0 ? 'long' : 'short', ...say(truth, rng) });
    fold(opened(id, forecastIn(state, opinion)));
    const label = drawn(truth, rng);
    fold(labelled(id, label, changeOf(label)));
  }
  assert.equal(ensemble.check!(state), null);
  assert.equal(impurity(state), null);
  return state;
}

const knowing: Say = truth => ({ signal: truth });
/** Sure of itself, and of nothing but dice. */
const blustering: Say = (_truth, rng) => ({
  deep: rng.nextFloat() < 0.5 ? [0.2, 0.6, 0.2] : [0.2, 0.2, 0.6],
});

describe('the weights of the ensemble', () => {
  it('rise for an expert that knows, and fall for one that only sounds so', () => {
    const { weights } = lived(1500, (truth, rng) => ({
      ...knowing(truth, rng),
      ...blustering(truth, rng),
    }));
    assert.ok(weights.signal.value > 0.6, `${weights.signal.value}`);
    assert.ok(weights.deep.value < 0.1, `${weights.deep.value}`);
  });

  it('stay where they began for an expert that was never heard', () => {
    const state = lived(500, knowing);
    assert.deepEqual(state.weights.attention, ensemble.initial().weights.attention);
    assert.equal(state.records.attention.examples, 0);
  });

  it('make the pool better than the base rate, and than the expert that misleads', () => {
    const { records } = lived(1500, (truth, rng) => ({
      ...knowing(truth, rng),
      ...blustering(truth, rng),
    }));
    const gain = (name: keyof typeof records) => records[name].baseLogLoss - records[name].logLoss;
    assert.ok(gain('pool') > 0.05, `${gain('pool')}`);
    assert.ok(gain('deep') < 0);
    assert.ok(records.pool.brier < records.pool.baseBrier);
  });
});

describe('the confidence', () => {
  it('follows what the experts say of the direction, and is the same for the mirrored case', () => {
    const state = ensemble.initial();
    const ask = (change: Partial<Opinion>) =>
      confidenceIn(state, opinionOf(change), DEFAULT_SETTINGS);
    const up: Probabilities = [0.2, 0.6, 0.2];
    const down: Probabilities = [0.2, 0.2, 0.6];
    assert.ok(ask({ signal: up }) > ask({}));
    assert.ok(ask({ signal: down }) < ask({}));
    assert.equal(ask({ signal: up }), ask({ signal: down, direction: 'short' }));
  });

  it('is not moved by an expert that says the base rate', () => {
    const state = lived(300, knowing);
    const ask = (change: Partial<Opinion>) =>
      confidenceIn(state, opinionOf(change), DEFAULT_SETTINGS);
    assert.equal(ask({ attention: [...state.base.shares] }), ask({}));
  });

  it('means what it says: of what was given about so much, about so many won', () => {
    const { bins } = lived(6000, (truth, rng) => ({
      ...knowing(truth, rng),
      ...blustering(truth, rng),
    }));
    const used = bins.filter(({ examples }) => examples >= 200);
    assert.ok(used.length >= 4, `${used.length} bins were used`);
    for (const { examples, confidence, won } of used)
      assert.ok(
        Math.abs(confidence - won) / examples < 0.06,
        `${confidence / examples} ${won / examples}`,
      );
  });

  it('comes down to the share that won, where nobody knows anything', () => {
    const { state, fold } = ensembleOf();
    for (let id = 1; id <= 800; id += 1) {
      fold(opened(id, { ...forecastIn(state, opinionOf()), confidence: 0.5 }));
      fold(labelled(id, 0, id % 4 === 0 ? 0.004 : 0.001));
    }
    const confidence = confidenceIn(state, opinionOf(), DEFAULT_SETTINGS);
    assert.ok(Math.abs(confidence - 0.25) < 0.03, `${confidence}`);
  });

  it('counts a win only after costs, and none where both barriers were met', () => {
    const { state, fold } = ensembleOf();
    const outcomes = [
      ...[{ change: 0.001 }, { change: 0.002, won: 1 }, { change: -BARRIER }],
    ] as const;
    outcomes.forEach(({ change }, index) => {
      fold(opened(index + 1, { ...forecastIn(state, opinionOf()), confidence: 0.52 }));
      fold(labelled(index + 1, 0, change));
    });
    assert.deepEqual(state.bins[10], { examples: 3, confidence: 3 * 0.52, won: 1 });
  });

  it('is that of an ensemble that has learned nothing, while it is switched off', () => {
    const off = {
      ...DEFAULT_SETTINGS,
      learning: { ...DEFAULT_SETTINGS.learning, ensemble: false },
    };
    const opinion = opinionOf({ signal: [0.2, 0.5, 0.3] });
    const state = lived(500, knowing);
    const untaught = confidenceIn(ensemble.initial(), opinion, DEFAULT_SETTINGS);
    assert.equal(confidenceIn(state, opinion, off), untaught);
    assert.notEqual(confidenceIn(state, opinion, DEFAULT_SETTINGS), untaught);
  });
});

describe('a forecast', () => {
  const forecast = forecastIn(ensemble.initial(), opinionOf({ signal: [0.2, 0.5, 0.3] }));

  it('waits for its label and is judged once', () => {
    const { state, fold } = ensembleOf();
    fold(opened(7, forecast));
    assert.deepEqual([state.pending.length, state.records.pool.examples], [1, 0]);
    fold(labelled(7, 1, BARRIER));
    assert.deepEqual([state.pending.length, state.records.pool.examples], [0, 1]);
    fold(labelled(7, 1, BARRIER));
    assert.equal(state.records.pool.examples, 1);
  });

  it('that a gap made void teaches nothing', () => {
    const { state, fold } = ensembleOf();
    fold(opened(7, forecast));
    fold({ type: 'example.voided', id: 7, symbol: 'A', time: 9 });
    assert.equal(canonicalText(state), canonicalText(ensemble.initial()));
  });

  it('is judged by what was known when it was made', () => {
    const { state, fold } = ensembleOf();
    fold(opened(1, forecast));
    const { base, votes } = state.pending[0]!;
    for (let id = 2; id <= 40; id += 1) {
      fold(opened(id, forecast));
      fold(labelled(id, 2, -BARRIER));
    }
    assert.deepEqual([state.pending[0]!.base, state.pending[0]!.votes], [base, votes]);
    assert.notDeepEqual(state.base.shares, base);
  });

  it('of the pool is scored as it was told, whatever the weights became since', () => {
    const { state, fold } = ensembleOf(lived(300, knowing));
    state.records.pool = { ...state.records.pool, examples: 0 };
    const told = forecastIn(state, opinionOf({ signal: [0.2, 0.6, 0.2] }));
    fold(opened(1001, told));
    state.weights.signal.value = 0;
    fold(labelled(1001, 1, BARRIER));
    assert.equal(state.records.pool.logLoss, -Math.log(told.pooled![1]));
  });

  it('of an example that no strategy proposed, or while switched off, is not remembered', () => {
    const { state, fold } = ensembleOf();
    const { forecast: _, ...bare } = opened(1, forecast) as Fact<'example.opened'>;
    fold(bare);
    fold(configured({ ensemble: false }));
    fold(opened(2, forecast));
    assert.deepEqual(state.pending, []);
  });

  it('is given up where the market starts afresh, and in another directory', () => {
    const binding = {
      ...{ mode: 'tape', market: 'm', account: '', symbols: [], seed: 1, timeframeMs: 60_000 },
      contracts: [],
    } as const;
    const settings = DEFAULT_SETTINGS;
    for (const fact of [
      { type: 'component.founded', ids: ['market'], binding, settings },
      { type: 'directory.bound', ...binding, rng: [1, 2, 3, 4] },
    ] as Fact[]) {
      const { state, fold } = ensembleOf();
      fold(opened(1, forecast));
      fold(fact);
      assert.deepEqual(state.pending, [], fact.type);
    }
  });

  it('is not judged by the settings of 0.1.0, which know no ensemble', () => {
    const { state, fold } = ensembleOf();
    const { ensemble: _, ...learning } = DEFAULT_SETTINGS.learning;
    fold({ type: 'config.changed', settings: { ...DEFAULT_SETTINGS, learning } });
    assert.equal(state.active, false);
    assert.equal(impurity(state), null);
  });
});

describe('the file of the ensemble', () => {
  const reload = (state: EnsembleState): EnsembleState => {
    const content = ensemble.file.encode(state);
    return ensemble.file.decode(JSON.parse(JSON.stringify(content)));
  };

  it('gives the state back, in mid-stream too', () => {
    const half = reload(lived(150, knowing));
    const { fold, state } = ensembleOf(half);
    fold(opened(900, forecastIn(state, opinionOf({ deep: BASE }))));
    assert.equal(canonicalText(reload(state)), canonicalText(state));
  });

  it('is refused with a field missing, unknown or misshapen', () => {
    const { format, value } = ensemble.file.encode(lived(5, knowing)) as {
      format: 'json';
      value: Record<string, unknown>;
    };
    const refused = (change: Record<string, unknown>, why: RegExp) =>
      assert.throws(() => ensemble.file.decode({ format, value: { ...value, ...change } }), why);
    refused({ slope: undefined }, /slope is not an object/);
    refused({ more: 1 }, /more is unknown/);
    refused({ bins: [] }, /bins is not a list of 20/);
    refused({ base: { examples: 1, shares: [1, 0] } }, /base.shares is not a list of 3/);
    refused({ won: { examples: 1.5, share: 0.5 } }, /won.examples is not a whole number/);
  });
});
