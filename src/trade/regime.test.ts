import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Regime, VolatilityLevel } from '../core/market.ts';
import { nextRegime, nextVolatility } from './regime.ts';

const UP = { plusDi: 30, minusDi: 10 };
const DOWN = { plusDi: 10, minusDi: 30 };

describe('regime', () => {
  it('a trend needs a strong ADX, and directions and slope that agree', () => {
    assert.equal(nextRegime('range', { adx: 25, ...UP }, 1), 'trend_up');
    assert.equal(nextRegime('range', { adx: 25, ...DOWN }, -1), 'trend_down');
    assert.equal(nextRegime('range', { adx: 24.9, ...UP }, 1), 'range');
    assert.equal(nextRegime('range', { adx: 40, ...UP }, -1), 'range');
    assert.equal(nextRegime('range', { adx: 40, ...DOWN }, 1), 'range');
    assert.equal(nextRegime('range', { adx: 40, plusDi: 20, minusDi: 20 }, 1), 'range');
  });

  it('a trend is kept until ADX is weak', () => {
    assert.equal(nextRegime('trend_up', { adx: 18, ...UP }, 1), 'trend_up');
    assert.equal(nextRegime('trend_up', { adx: 17.9, ...UP }, 1), 'range');
    assert.equal(nextRegime('trend_down', { adx: 18, ...DOWN }, -1), 'trend_down');
  });

  it('a trend is left when directions and slope both point the other way', () => {
    assert.equal(nextRegime('trend_up', { adx: 30, ...DOWN }, 1), 'trend_up');
    assert.equal(nextRegime('trend_up', { adx: 30, ...UP }, -1), 'trend_up');
    assert.equal(nextRegime('trend_up', { adx: 30, ...DOWN }, -1), 'trend_down');
    assert.equal(nextRegime('trend_up', { adx: 20, ...DOWN }, -1), 'range');
    assert.equal(nextRegime('trend_down', { adx: 30, ...UP }, 1), 'trend_up');
  });

  it('does not flicker while ADX hovers at the threshold', () => {
    let regime: Regime = 'range';
    const names = [24, 25.5, 24.5, 25.2, 24.8, 19].map(adx => {
      regime = nextRegime(regime, { adx, ...UP }, 1);
      return regime;
    });
    assert.deepEqual(names, ['range', ...new Array(5).fill('trend_up')]);
  });
});

describe('volatility level', () => {
  it('is entered and left at different ratios', () => {
    let level: VolatilityLevel = 'normal';
    const names = [0.3, 0.36, 0.3, 0.21, 0.19, -0.3, -0.36, -0.25, -0.19, -0.4, 0.4].map(ratio => {
      level = nextVolatility(level, ratio);
      return level;
    });
    assert.deepEqual(names, [
      ...['normal', 'high', 'high', 'high', 'normal'],
      ...['normal', 'low', 'low', 'normal', 'low', 'high'],
    ]);
  });
});
