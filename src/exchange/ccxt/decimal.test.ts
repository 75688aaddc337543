import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UNITS_PER_QUOTE } from '../../base/money.ts';
import { lotsOf, numberOf, textOf, unitsOf } from './decimal.ts';

/** Units → the decimal that an exchange would write. */
function written(units: number): string {
  const size = String(Math.abs(units)).padStart(9, '0');
  return `${units < 0 ? '-' : ''}${size.slice(0, -8)}.${size.slice(-8)}`;
}

describe('money out of answers', () => {
  it('every amount that can be counted is read as it is written', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), units => {
        assert.equal(unitsOf(written(units), 'test'), units + 0);
      }),
    );
  });

  it('a number of JSON tells each unit up to 67 million', () => {
    const most = 2 ** 26 * UNITS_PER_QUOTE - 1;
    fc.assert(
      fc.property(fc.integer({ min: -most, max: most }), units => {
        assert.equal(unitsOf(JSON.parse(written(units)), 'test'), units + 0);
      }),
    );
  });

  for (const [text, units] of [
    ['0.05895', 5_895_000],
    ['0.1', 10_000_000],
    ['1e-8', 1],
    ['1.5E2', 15_000_000_000],
    ['.5', 50_000_000],
    ['5.', 500_000_000],
    ['-0', 0],
    ['0.000000005', 1],
    ['-0.000000005', -1],
    ['0.0000000049999', 0],
    ['00012.30', 1_230_000_000],
  ] as const)
    it(`${text} is ${units} units`, () => {
      assert.ok(Object.is(unitsOf(text, 'test'), units));
    });

  for (const wrong of ['', ' ', '.', '1,5', '0x10', 'NaN', 'Infinity', '1e99', null, undefined, {}])
    it(`${JSON.stringify(wrong) ?? 'undefined'} is no amount`, () => {
      assert.throws(() => unitsOf(wrong, 'fee of a fill'), /fee of a fill/);
    });

  it('more than can be counted is refused, not rounded', () => {
    assert.throws(() => unitsOf('90071992.54740992', 'test'));
    assert.throws(() => unitsOf(Number.NaN, 'test'));
  });

  it('lots are whole, whatever floats make of their size', () => {
    for (let lots = 0; lots < 2000; lots += 1)
      for (const step of [1, 0.1, 0.01, 0.001, 0.00001])
        assert.equal(lotsOf(String(lots * step), step, 'test'), lots);
    assert.throws(() => lotsOf(1.5, 1, 'test'), /not whole lots/);
    assert.throws(() => lotsOf(-1, 1, 'test'), /not whole lots/);
  });

  it('nothing is no number and no text', () => {
    assert.throws(() => numberOf('', 'test'));
    assert.throws(() => numberOf(undefined, 'test'));
    assert.throws(() => textOf('', 'test'));
    assert.equal(textOf(12, 'test'), '12');
    assert.ok(Object.is(numberOf('-0', 'test'), 0));
  });
});
