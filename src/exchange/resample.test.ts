import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allCandles, recorded, unlessRecorded } from '../../test/tape-fixture.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { createResampler } from './resample.ts';
import { tapeFeed } from './tape.ts';

const START = Date.UTC(2024, 0, 1);

const candle = (minute: number, volume = 1, price = 100): Candle => ({
  symbol: 'BTC/USDT:USDT',
  time: START + minute * MINUTE_MS,
  open: price,
  high: price + 2,
  low: price - 2,
  close: price + 1,
  volume,
});

const resample = (candles: readonly Candle[]): Candle[] =>
  createResampler(MINUTE_MS, 5 * MINUTE_MS).push(candles);

describe('resampling', () => {
  it('takes the first open, the extremes, the last close and the whole volume', () => {
    const five = [100, 103, 99, 101, 102].map((price, minute) => candle(minute, 0.1, price));
    assert.deepEqual(resample(five), [
      { ...candle(0), open: 100, high: 105, low: 97, close: 103, volume: 0.5 },
    ]);
  });

  it('sums volumes as decimals: ten times 0.1 is 1', () => {
    const sum = (volumes: readonly number[]) =>
      createResampler(MINUTE_MS, 10 * MINUTE_MS).push(
        volumes.map((volume, minute) => candle(minute, volume)),
      )[0]?.volume;
    assert.equal(sum(new Array<number>(10).fill(0.1)), 1);
    const scaled = fc.array(fc.integer({ min: 0, max: 1e11 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(scaled, fc.integer({ min: 0, max: 8 }), (integers, decimals) => {
        const power = Number(`1e${decimals}`);
        const total = integers.reduce((left, right) => left + right, 0);
        assert.equal(sum(integers.map(integer => integer / power)), total / power);
      }),
    );
  });

  it('keeps a bucket with candles missing inside it, and invents none', () => {
    const gappy = [0, 1, 4, 6, 25, 29].map(minute => candle(minute, 2));
    assert.deepEqual(
      resample(gappy).map(({ time, volume }) => [(time - START) / MINUTE_MS, volume]),
      [
        [0, 6],
        [5, 2],
        [25, 4],
      ],
    );
  });

  it('drops a first bucket entered in its middle and a last one that is not finished', () => {
    const minutes = Array.from({ length: 12 }, (_, index) => candle(index + 3));
    assert.deepEqual(
      resample(minutes).map(({ time }) => (time - START) / MINUTE_MS),
      [5, 10],
    );
    assert.deepEqual(
      resample(minutes.slice(0, -1)).map(({ time }) => (time - START) / MINUTE_MS),
      [5],
    );
  });

  it('gives of a prefix a prefix, in whatever batches it comes', () => {
    const minutes = fc
      .uniqueArray(fc.nat(60), { minLength: 1 })
      .map(list => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(minutes, fc.nat(60), (present, cut) => {
        const candles = present.map(minute => candle(minute, minute));
        const whole = resample(candles);
        const resampler = createResampler(MINUTE_MS, 5 * MINUTE_MS);
        const head = resampler.push(candles.slice(0, cut));
        assert.deepEqual(head, whole.slice(0, head.length));
        assert.deepEqual([...head, ...resampler.push(candles.slice(cut))], whole);
      }),
    );
  });

  const fine = 'BINANCE-BTC-USDT-5m-PERP.csv.gz';
  it('makes the recorded 15m candles from the recorded 5m ones', {
    skip: unlessRecorded(fine),
  }, async () => {
    const made = await allCandles(
      await tapeFeed({ files: [recorded(fine)], timeframeMs: 15 * MINUTE_MS }),
    );
    const told = await allCandles(
      await tapeFeed({ files: [recorded('BINANCE-BTC-USDT-15m-PERP.csv.gz')] }),
    );
    assert.equal(told.length, 17_376);
    assert.deepEqual(made.slice(0, told.length), told);
  });
});
