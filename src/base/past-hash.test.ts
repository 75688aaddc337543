import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPast, extendPast, type PastCandle, pastText } from './past-hash.ts';

const CANDLE: PastCandle = {
  time: 1_700_000_000_000,
  open: 100.5,
  high: 101,
  low: 99.25,
  close: 100,
  volume: 12.125,
};
const FIELDS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

const hashOf = (candles: readonly PastCandle[]): string => {
  const past = createPast();
  for (const candle of candles) extendPast(past, candle);
  return pastText(past);
};

/** The number whose IEEE bits differ from `value` in one bit. */
function flipBit(value: number, bit: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const byte = bit >> 3;
  view.setUint8(byte, view.getUint8(byte) ^ (1 << (bit & 7)));
  return view.getFloat64(0);
}

describe('past hash', () => {
  it('keeps its value from release to release', () => {
    assert.equal(hashOf([]), '243f6a8885a308d3');
    assert.equal(hashOf([CANDLE]), '43faf9b3e4661997');
    assert.equal(hashOf([CANDLE, { ...CANDLE, time: CANDLE.time + 60_000 }]), 'd773fa5d103d0339');
  });

  it('changes with any single bit of any number of any candle', () => {
    const next = { ...CANDLE, time: CANDLE.time + 60_000 };
    const seen = new Set([hashOf([CANDLE, next])]);
    for (const field of FIELDS)
      for (let bit = 0; bit < 64; bit += 1) {
        const value = flipBit(CANDLE[field], bit);
        if (!Number.isNaN(value)) seen.add(hashOf([{ ...CANDLE, [field]: value }, next]));
      }
    assert.equal(seen.size, 1 + FIELDS.length * 64);
  });

  it('depends on the order of candles and of the numbers in one', () => {
    const other = { ...CANDLE, close: 99.5 };
    assert.notEqual(hashOf([CANDLE, other]), hashOf([other, CANDLE]));
    const swapped = { ...CANDLE, high: CANDLE.low, low: CANDLE.high };
    assert.notEqual(hashOf([CANDLE]), hashOf([swapped]));
  });

  it('goes on from a saved state as if never interrupted', () => {
    const price = fc.double({ min: 1e-8, max: 1e9, noNaN: true });
    const candle = fc.record({
      time: fc.nat(),
      open: price,
      high: price,
      low: price,
      close: price,
      volume: price,
    });
    fc.assert(
      fc.property(fc.array(candle, { maxLength: 20 }), fc.nat(20), (candles, cut) => {
        let past = createPast();
        candles.forEach((each, index) => {
          if (index === cut) past = JSON.parse(JSON.stringify(past));
          extendPast(past, each);
        });
        return pastText(past) === hashOf(candles) && past.every(word => word >>> 0 === word);
      }),
      { numRuns: 200 },
    );
  });

  it('has no collision among a hundred thousand near candles', () => {
    const seen = new Set<string>();
    for (let index = 0; index < 100_000; index += 1)
      seen.add(hashOf([{ ...CANDLE, close: 100 + index / 100 }]));
    assert.equal(seen.size, 100_000);
  });
});
