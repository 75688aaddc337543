import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { impurity } from '../canonical.ts';
import { createAverage, updateLevel } from './average.ts';
import { channelPosition, createChannel, updateChannel } from './channel.ts';
import {
  createCci,
  createMacd,
  createRsi,
  createStochastic,
  updateCci,
  updateMacd,
  updateRsi,
  updateStochastic,
} from './momentum.ts';
import { createRing, pushRing, ringAt, ringSum } from './ring.ts';
import { createAdx, createAroon, updateAdx, updateAroon } from './trend.ts';
import { createBollinger, createSigma, updateBollinger, updateSigma } from './volatility.ts';
import { createMfi, createVolumeFlow, updateMfi, updateVolumeFlow } from './volume.ts';

const PRICE = 0.1;
const BAR = { high: PRICE, low: PRICE, close: PRICE };

/** Every indicator, fed `candles` equal candles without volume. */
function deadMarket(candles: number) {
  const all = {
    rsi: createRsi(14),
    stochastic: createStochastic(14, 3, 3),
    cci: createCci(20),
    macd: createMacd(12, 26, 9),
    adx: createAdx(14),
    aroon: createAroon(25),
    mfi: createMfi(14),
    flow: createVolumeFlow(20),
    bollinger: createBollinger(20),
    sigma: createSigma(50),
    channel: createChannel(20),
  };
  for (let index = 0; index < candles; index += 1) {
    updateRsi(all.rsi, PRICE);
    updateStochastic(all.stochastic, BAR);
    updateCci(all.cci, PRICE);
    updateMacd(all.macd, PRICE);
    updateAdx(all.adx, PRICE, PRICE, PRICE);
    updateAroon(all.aroon, PRICE, PRICE);
    updateMfi(all.mfi, PRICE, 0);
    updateVolumeFlow(all.flow, PRICE, 0);
    updateBollinger(all.bollinger, PRICE);
    updateSigma(all.sigma, 0, 1);
    updateChannel(all.channel, PRICE, PRICE);
  }
  return all;
}

describe('indicators on a dead market', () => {
  it('say neutral, not oversold, and stay plain data', () => {
    const all = deadMarket(100);
    assert.equal(impurity(all), null);
    assert.equal(all.rsi.value, 50);
    assert.equal(all.stochastic.k.value, 50);
    assert.equal(all.mfi.value, 50);
    assert.equal(all.cci.value, 0);
    assert.equal(all.macd.histogram, 0);
    assert.equal(all.adx.average.value, 0);
    assert.equal(all.adx.plusDi, 0);
    assert.equal(all.aroon.value, 0);
    assert.equal(all.flow.balance, 0);
    assert.equal(all.bollinger.deviation, 0);
    assert.equal(all.sigma.value, 0);
    assert.equal(channelPosition(all.channel, PRICE), 0.5);
  });

  it('stay plain data at every candle of the warm-up', () => {
    for (let candles = 0; candles < 60; candles += 1)
      assert.equal(impurity(deadMarket(candles)), null);
  });
});

describe('ring and extremes', () => {
  it('a ring holds the last values in order of age', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), values, (size, pushed) => {
        const ring = createRing(size);
        for (const value of pushed) pushRing(ring, value);
        const last = pushed.slice(-size).reverse();
        assert.deepEqual(
          last.map((_, age) => ringAt(ring, age)),
          last,
        );
        assert.equal(
          ringSum(ring),
          last.reduce((sum, value) => sum + value, 0),
        );
        assert.equal(ringAt(ring, last.length), 0);
      }),
    );
  });

  it('a channel agrees with a plain search, the latest of equals counting', () => {
    const values = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), values, (period, pushed) => {
        const channel = createChannel(period);
        pushed.forEach((value, index) => {
          updateChannel(channel, value, value);
          const window = pushed.slice(Math.max(0, index + 1 - period), index + 1).reverse();
          assert.equal(channel.high.value, Math.max(...window));
          assert.equal(channel.low.value, Math.min(...window));
          assert.equal(channel.high.age, window.indexOf(Math.max(...window)));
          assert.equal(channel.low.age, window.indexOf(Math.min(...window)));
        });
      }),
    );
  });

  it('a level is the plain mean until its period is full', () => {
    const level = createAverage(4);
    const seen = [8, 4, 6].map(value => {
      const warm = updateLevel(level, value);
      return [warm, level.value];
    });
    assert.deepEqual(seen, [
      [false, 8],
      [false, 6],
      [false, 6],
    ]);
    assert.equal(updateLevel(level, 10), true);
    assert.equal(level.value, 7);
    updateLevel(level, 15);
    assert.equal(level.value, 9);
  });
});
