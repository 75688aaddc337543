/**
 * The page's figures in words, in node: what a browser is not needed for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as write from './page/format.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('figures of the page', () => {
  it('amounts have thousands, a true minus and their unit', () => {
    assert.equal(plain(write.money(-9999.385, 'USDT')), '−9,999.39 USDT');
    assert.equal(plain(write.signedMoney(12.3, 'USDT')), '+12.30 USDT');
    assert.equal(write.signedMoney(0), '0.00');
    assert.equal(write.signedMoney(-0.001), '0.00', 'no minus before nothing');
    assert.equal(plain(write.percent(0.0125)), '1.25 %');
    assert.equal(plain(write.signedPercent(-0.5, 0)), '−50 %');
    assert.equal(write.quantity(0.00000001), '0.00000001');
    assert.equal(write.times(3), '3×');
  });

  it('lines of the log get the true minus before their numbers alone', () => {
    const line = 'closed long 2 BTC at 5.1: -10.42 USDT (-1.25 %), order 7-2 of a-3 on 2025-03-02';
    const seen = 'closed long 2 BTC at 5.1: −10.42 USDT (−1.25 %), order 7-2 of a-3 on 2025-03-02';
    assert.equal(write.sentence(line), seen);
  });

  it('prices have six digits that count, large ones all of theirs', () => {
    assert.deepEqual([60_137.44, 3005.351, 1.5, 0.0123456789, 1_234_567.89, 0].map(write.price), [
      '60,137.4',
      '3,005.35',
      '1.50000',
      '0.0123457',
      '1,234,567.9',
      '0.00',
    ]);
  });

  it('what is not known is a dash, never NaN or nothing', () => {
    for (const one of [write.money, write.price, write.percent, write.count, write.bytes])
      assert.equal(one(null), '–');
    for (const one of [write.minute, write.second, write.clock, write.day, write.duration])
      assert.equal(one(null), '–');
    assert.equal(write.fixed(Number.NaN, 2), '–');
    assert.equal(write.minute(Number.POSITIVE_INFINITY), '–');
    assert.equal(plain(write.money(null, 'USDT')), '–', 'and has no unit');
  });

  it('sizes and durations take the unit that fits', () => {
    assert.deepEqual([999, 2500, 9_482_112, 3.2e9].map(write.bytes).map(plain), [
      ...['999 B', '2.5 kB', '9.5 MB', '3.2 GB'],
    ]);
    assert.deepEqual(
      [812, 1850, 9000, 45_900, 3_600_000, 11_520_000, 100_800_000].map(write.duration).map(plain),
      [...['812 ms', '1.9 s', '9 s', '45 s', '1 h', '3 h 12 min', '1 d 4 h']],
    );
    assert.equal(plain(write.age(0, 1850)), '1 s ago', 'which ticks');
    assert.equal(plain(write.age(5000, 3000)), '0 ms ago', 'a clock that is ahead');
    assert.deepEqual([60_000, 300_000, 3_600_000, 14_400_000, 86_400_000].map(write.timeframe), [
      ...['1m', '5m', '1h', '4h', '1d'],
    ]);
  });

  it('times are UTC, wherever the browser is', () => {
    const time = Date.UTC(2025, 0, 1, 7, 11, 5);
    assert.equal(write.minute(time), '2025-01-01 07:11');
    assert.equal(write.second(time), '2025-01-01 07:11:05');
    assert.equal(write.clock(time), '07:11:05');
    const midnight = Date.UTC(2025, 0, 2);
    assert.equal(write.minuteAt(time, midnight - 1), '07:11');
    assert.equal(write.minuteAt(time, midnight), '2025-01-01 07:11', 'no longer of today');
    assert.equal(write.minuteAt(null, midnight), '–');
  });

  it('a gain and a loss have a sign for the eye beside their colour', () => {
    assert.deepEqual([1, -1, 0, null].map(write.arrow), ['▲', '▼', '', '']);
    assert.deepEqual([1, -1, 0, null].map(write.tone), ['gain', 'loss', 'even', 'even']);
  });
});
