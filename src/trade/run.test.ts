import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CANDLE, CONTRACT } from '../../test/policy-fixture.ts';
import { canonicalText } from '../base/canonical.ts';
import { seedRng } from '../base/rng.ts';
import type { Binding, Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { bindingConflict, type RunState, run } from './run.ts';

const binding: Binding = {
  mode: 'tape',
  market: 'binance',
  account: '',
  symbols: ['BTC/USDT:USDT', 'ETH/USDT:USDT'],
  seed: 7,
  timeframeMs: 60_000,
  contracts: [CONTRACT],
};
const bound: Fact = { type: 'directory.bound', ...binding, rng: seedRng(7) };
const configured: Fact = {
  type: 'config.changed',
  settings: { ...DEFAULT_SETTINGS, leverage: 5 },
};
const candle: Fact = { type: 'candle.closed', ...CANDLE };
const chosen: Fact = {
  type: 'strategy.chosen',
  symbol: 'a',
  time: 1,
  regime: 'range',
  volatility: 'low',
  action: 'momentum',
  explored: true,
  rng: [1, 2, 3, 4],
};

function folded(facts: readonly Fact[], state = run.initial()): RunState {
  const fold = createFold([run], { run: state });
  for (const fact of facts) fold(fact);
  return state;
}

const restarted = (state: RunState): RunState =>
  run.file.decode(JSON.parse(JSON.stringify(run.file.encode(state))));

describe('run', () => {
  it('remembers binding, settings, dice and candles', () => {
    const state = folded([bound, configured, candle, candle]);
    assert.deepEqual(state.binding, binding);
    assert.equal(state.seed, 7);
    assert.equal(state.settings.leverage, 5);
    assert.deepEqual(state.rng, seedRng(7));
    assert.equal(state.candles, 2);
    assert.equal(state.lastCandleTime, CANDLE.time);
    assert.equal(run.check?.(state), null);
  });

  it('leaves the dice where the last roll that was told left them', () => {
    assert.deepEqual(folded([bound, chosen]).rng, [1, 2, 3, 4]);
    const requested = { type: 'model.train.requested', rng: [5, 6, 7, 8] } as unknown as Fact;
    assert.deepEqual(folded([bound, chosen, requested]).rng, [5, 6, 7, 8]);
  });

  it('[restart] resets none of it', () => {
    const state = folded([bound, configured, candle, chosen]);
    const again = restarted(state);
    assert.equal(canonicalText(again), canonicalText(state));
    folded([candle, chosen], again);
    folded([candle, chosen], state);
    assert.equal(canonicalText(again), canonicalText(state));
    assert.equal(canonicalText(restarted(run.initial())), canonicalText(run.initial()));
  });

  it('takes settings of 0.1.0, which know no ensemble, as they are', () => {
    const { ensemble: _, exampleMinutes: __, ...learning } = DEFAULT_SETTINGS.learning;
    const settings = { ...DEFAULT_SETTINGS, learning };
    const state = folded([bound, { type: 'config.changed', settings }]);
    assert.deepEqual(restarted(state).settings.learning, learning);
  });

  it('starts from an own copy of the defaults', () => {
    assert.notEqual(run.initial().settings, DEFAULT_SETTINGS);
    assert.notEqual(run.initial().settings.learning, DEFAULT_SETTINGS.learning);
  });

  const broken = (change: Record<string, unknown>) => () =>
    run.file.decode({ format: 'json', value: { ...run.initial(), ...change } });

  it('refuses a file that is not its state, naming the field', () => {
    assert.throws(broken({ rng: [1, 2, 3] }), /\.rng is not four/);
    assert.throws(broken({ rng: [1, 2, 3, 4_294_967_296] }), /32-bit/);
    assert.throws(broken({ candles: 1.5 }), /\.candles/);
    assert.throws(broken({ settings: { ...DEFAULT_SETTINGS, luck: 1 } }), /\.settings\.luck/);
    assert.throws(broken({ binding: { ...binding, mode: 'dream' } }), /\.binding\.mode/);
    assert.throws(broken({ extra: 1 }), /\.extra is unknown/);
  });

  it('names a seed that is not the bound one', () => {
    assert.match(run.check?.({ ...folded([bound]), seed: 8 }) ?? '', /seed 8/);
  });
});

describe('bindingConflict', () => {
  it('goes on with the same market, whatever the order of its pairs', () => {
    const symbols = binding.symbols.toReversed();
    assert.equal(bindingConflict(binding, { ...binding, symbols }), null);
    assert.equal(bindingConflict(binding, { ...binding, contracts: [] }), null);
  });

  it('names what differs', () => {
    const differing: [Partial<Binding>, string][] = [
      [{ mode: 'live' }, 'it is bound to mode tape, not live'],
      [{ market: 'okx' }, 'it is bound to market binance, not okx'],
      [{ account: 'f00d' }, 'it is bound to account (none), not f00d'],
      [
        { symbols: ['BTC/USDT:USDT'] },
        'it is bound to pairs BTC/USDT:USDT, ETH/USDT:USDT, not BTC/USDT:USDT',
      ],
      [{ timeframeMs: 900_000 }, 'it is bound to timeframe 1m, not 15m'],
      [{ seed: 8 }, 'it is bound to seed 7, not 8'],
    ];
    for (const [change, words] of differing)
      assert.equal(bindingConflict(binding, { ...binding, ...change }), words);
  });

  it('asks for the seed only where the market or its tape is one of the seed', () => {
    const paper: Binding = { ...binding, mode: 'paper' };
    assert.equal(bindingConflict(paper, { ...paper, seed: 8 }), null);
    const simulated: Binding = { ...binding, mode: 'simulated' };
    assert.notEqual(bindingConflict(simulated, { ...simulated, seed: 8 }), null);
  });
});
