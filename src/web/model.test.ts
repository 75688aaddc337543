import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeTo, snapshotWith, tradeWith } from '../../test/web-fixture.ts';
import { CHART_CANDLES_MAX } from '../base/limits.ts';
import { Model } from './model.ts';
import type { CandleRow } from './view.ts';

const candleAt = (time: number): CandleRow => [time, 1, 2, 0.5, 1.5, 10];

describe('the model', () => {
  it('is after a change what one who was there all the time has', () => {
    const model = new Model(
      snapshotWith({ equity: [[1, 10, 10]], candles: { BTC: [candleAt(1)] } }),
      [tradeWith({ id: 'a' })],
    );
    const news = [{ seq: 8, time: 2, text: 'something' }];
    const change = changeTo(8, { equity: [[2, 11, 12]], candles: { BTC: [candleAt(2)] }, news });
    model.take(change, [tradeWith({ id: 'b' })]);
    const { status, equity, candles, news: kept } = model.snapshot();
    assert.equal(status.seq, 8);
    assert.deepEqual(
      equity.map(([time]) => time),
      [1, 2],
    );
    assert.deepEqual(
      candles['BTC']?.map(([time]) => time),
      [1, 2],
    );
    assert.deepEqual(kept, news);
    assert.deepEqual(
      model.trades.map(({ id }) => id),
      ['a', 'b'],
    );
  });

  it('keeps the newest candles of each symbol, and no more', () => {
    const model = new Model(snapshotWith(), []);
    for (let time = 1; time <= CHART_CANDLES_MAX + 10; time += 1)
      model.take(changeTo(time, { candles: { BTC: [candleAt(time)] } }), []);
    const { BTC } = model.snapshot().candles;
    assert.equal(BTC?.length, CHART_CANDLES_MAX);
    assert.equal(BTC?.[0]?.[0], 11);
  });

  it('takes a symbol of any spelling', () => {
    const model = new Model(snapshotWith(), []);
    const candles = JSON.parse('{"__proto__":[[1,1,1,1,1,1]]}');
    model.take(changeTo(1, { candles }), []);
    assert.ok(JSON.stringify(model.snapshot().candles).includes('__proto__'));
  });
});
