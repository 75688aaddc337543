import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { walk } from '../../test/fixtures/walk.ts';
import { HOUR_MS, MINUTE_MS } from '../base/time.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from '../core/feature.ts';
import type { Candle } from '../core/market.ts';
import { fillFeatures, roundFeature } from './feature-row.ts';
import { createIndicators, updateIndicators, WARMUP_CANDLES } from './indicators.ts';
import { createReading, updateReading } from './reading.ts';

/** The row after these candles. */
function rowOf(candles: readonly Candle[]): number[] {
  const indicators = createIndicators();
  const reading = createReading();
  const row = new Array<number>(FEATURE_COUNT).fill(9);
  for (const candle of candles) {
    updateIndicators(indicators, candle, { timeframeMs: MINUTE_MS, gap: 0 });
    updateReading(reading, indicators, candle);
    const closedAt = candle.time + MINUTE_MS;
    fillFeatures(row, { indicators, reading, candle, closedAt });
  }
  return row;
}

const at = (row: readonly number[], name: (typeof FEATURE_NAMES)[number]): number =>
  row[FEATURE_NAMES.indexOf(name)]!;

function assertTidy(row: readonly number[]): void {
  assert.equal(row.length, FEATURE_COUNT);
  row.forEach((value, column) => {
    const fits = Math.abs(value) <= 4 && roundFeature(value) === value && !Object.is(value, -0);
    assert.ok(fits, `${FEATURE_NAMES[column]} is ${value}`);
  });
}

const flat = (count: number, price: number): Candle[] =>
  walk({ symbol: 'X', count }).map(candle => ({
    ...{ symbol: 'X', time: candle.time, volume: 0 },
    ...{ open: price, high: price, low: price, close: price },
  }));

describe('feature row', () => {
  it('is finite, clipped and rounded at every candle, the warm-up included', () => {
    const candles = walk({ symbol: 'X', count: 500 });
    for (let count = 1; count <= candles.length; count += 41)
      assertTidy(rowOf(candles.slice(0, count)));
  });

  it('is finite and says nothing on a market that never moves', () => {
    const row = rowOf(flat(WARMUP_CANDLES, 0.01));
    assertTidy(row);
    const silent = FEATURE_NAMES.filter(name => !['adx_14', 'hour_sin', 'hour_cos'].includes(name));
    for (const name of silent) assert.equal(at(row, name), 0, name);
  });

  it('stays finite when a living market dies', () => {
    const alive = walk({ symbol: 'X', count: 400 });
    const { close, time } = alive.at(-1)!;
    const dead = flat(3000, close).map((candle, index) => ({
      ...candle,
      time: time + (index + 1) * MINUTE_MS,
    }));
    assertTidy(rowOf([...alive, ...dead]));
  });

  it('is finite on prices and volumes of any size', () => {
    const number = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    const volume = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e308, noNaN: true }));
    const candle = fc.tuple(number, number, number, number, volume);
    fc.assert(
      fc.property(fc.array(candle, { minLength: 1, maxLength: 80 }), drawn => {
        const candles = drawn.map(([open, a, b, close, traded], index) => ({
          ...{ symbol: 'X', time: index * MINUTE_MS, open, close, volume: traded },
          ...{ high: Math.max(open, a, b, close), low: Math.min(open, a, b, close) },
        }));
        assertTidy(rowOf(candles));
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the scale of prices and volumes', () => {
    const candles = walk({ symbol: 'X', count: 450 });
    const scaled = candles.map(candle => ({
      ...candle,
      open: candle.open / 1024,
      high: candle.high / 1024,
      low: candle.low / 1024,
      close: candle.close / 1024,
      volume: candle.volume * 4096,
    }));
    const other = rowOf(scaled);
    rowOf(candles).forEach((value, column) => {
      assert.ok(Math.abs(value - other[column]!) <= 2e-6, String(FEATURE_NAMES[column]));
    });
  });

  it('points up in a rise and down in a fall', () => {
    const rise = walk({ symbol: 'X', count: 400 }).map((candle, index) => {
      const open = 100 + index / 10;
      const prices = { open, high: open + 0.25, low: open - 0.1, close: open + 0.1 };
      return { ...candle, ...prices, volume: 5 };
    });
    const fall = rise.map(candle => ({
      ...candle,
      ...{ open: 300 - candle.open, high: 300 - candle.low },
      ...{ low: 300 - candle.high, close: 300 - candle.close },
    }));
    const directed = FEATURE_NAMES.slice(0, 18).filter(
      name => !['adx_14', 'mfi_14', 'macd_histogram'].includes(name),
    );
    for (const name of [...directed, 'body', 'obv_slope', 'slow_rsi', 'slow_trend'] as const) {
      assert.ok(at(rowOf(rise), name) > 0, `${name} in a rise`);
      assert.ok(at(rowOf(fall), name) < 0, `${name} in a fall`);
    }
  });

  it('tells the UTC hour at which the candle closed', () => {
    const closing = (hour: number): Candle[] => [
      {
        ...walk({ symbol: 'X', count: 1 })[0]!,
        time: 20_000 * 24 * HOUR_MS + hour * HOUR_MS - MINUTE_MS,
      },
    ];
    assert.equal(at(rowOf(closing(6)), 'hour_sin'), 1);
    assert.equal(at(rowOf(closing(12)), 'hour_cos'), -1);
    assert.equal(at(rowOf(closing(24)), 'hour_cos'), 1);
  });
});

describe('the slow timeframe', () => {
  it('knows a bar only when it has ended', () => {
    const candles = walk({ symbol: 'X', count: 400 });
    const start = candles.findIndex(({ time }) => (time / MINUTE_MS) % 15 === 0);
    const seen = new Set<number>();
    for (let count = start + 15 * 20; count < start + 15 * 21; count += 1)
      seen.add(at(rowOf(candles.slice(0, count)), 'slow_rsi'));
    assert.equal(seen.size, 1);
    const next = at(rowOf(candles.slice(0, start + 15 * 21)), 'slow_rsi');
    assert.ok(!seen.has(next));
  });

  it('ends a bar whose last candle is missing with the next candle', () => {
    const candles = walk({ symbol: 'X', count: 400 });
    const missing = candles.findIndex(
      ({ time }, index) => index > 330 && (time / MINUTE_MS) % 15 === 14,
    );
    const [before, after] = [candles.slice(0, missing), candles[missing + 1]!];
    assert.notEqual(at(rowOf([...before, after]), 'slow_rsi'), at(rowOf(before), 'slow_rsi'));
  });
});
