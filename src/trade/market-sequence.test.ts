import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { walk } from '../../test/fixtures/walk.ts';
import { must } from '../base/assert.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import { FEATURE_COUNT } from '../core/feature.ts';
import { quantised, SEQUENCE_SCALE, unpackSequence } from '../core/sequence.ts';
import { WARMUP_CANDLES } from './indicators.ts';
import { type MarketState, market } from './market.ts';
import { createSymbol, foldCandle, sequenceOf } from './market-symbol.ts';

const READY = WARMUP_CANDLES + SEQUENCE_ROWS - 1;

function open(state: MarketState, id: number): void {
  const row = new Array<number>(FEATURE_COUNT).fill(0);
  market.on['example.opened']?.(
    state,
    {
      type: 'example.opened',
      ...{ id, symbol: 'A', time: 0, proposed: false, features: row },
      ...{ barrier: 0.5, candles: 1000 },
    },
    undefined,
  );
}

describe('the feature window of a pending label', () => {
  it('is that of its opening: oldest row first, in steps of 1/31', () => {
    const state = market.initial();
    const symbol = createSymbol();
    state.symbols['A'] = symbol;
    const rows: number[][] = [];
    const candles = walk({ symbol: 'A', count: READY + 46 });
    for (const [index, candle] of candles.entries()) {
      foldCandle(symbol, candle, state);
      if (index < READY + 45) rows.push([...symbol.features]);
      if (index + 1 === READY - 1) open(state, 1);
      if (index + 1 === READY + 45) open(state, 2);
    }
    const [early, late] = symbol.pending;
    assert.equal(early!.sequence, null, 'the window was not full');
    const steps = must(unpackSequence(late!.sequence!), 'a sequence of this release');
    const wanted = rows.slice(-SEQUENCE_ROWS).flat();
    assert.equal(steps.length, wanted.length);
    assert.ok(new Set(steps).size > 50, 'rows that differ');
    steps.forEach((step, place) => {
      const error = Math.abs(step / SEQUENCE_SCALE - wanted[place]!);
      assert.ok(error <= 0.5 / SEQUENCE_SCALE + 1e-9, `${step} for ${wanted[place]}`);
    });
    assert.notDeepEqual(sequenceOf(symbol), steps, 'the window went on');
  });

  it('holds every value a feature can have, and no −0', () => {
    assert.deepEqual([4, -4, 0.5, -0.001].map(quantised), [124, -124, 16, 0]);
    assert.ok(!Object.is(quantised(-0.001), -0));
  });

  it('is read only where it is of this release', () => {
    const whole = new Uint8Array(SEQUENCE_ROWS * FEATURE_COUNT);
    assert.ok(unpackSequence(whole.toBase64()) !== null);
    for (const text of ['', 'AQ==', 'no base64', whole.slice(1).toBase64(), `${whole.toBase64()} `])
      assert.equal(unpackSequence(text), null, text.slice(0, 20));
  });
});
