import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MINUTE_MS } from '../base/time.ts';
import { parseFundingName, parseTapeName } from './tape-name.ts';
import { fundingName, plainDecimal, tapeName } from './tape-text.ts';

describe('rows as text', () => {
  for (const [value, text] of [
    [7.6e-5, '0.000076'],
    [1e-7, '0.0000001'],
    [1.5e-7, '0.00000015'],
    [-2.26e-9, '-0.00000000226'],
    [1.5e21, '1500000000000000000000'],
    [1e21, '1000000000000000000000'],
    [0.1, '0.1'],
    [0, '0'],
    [94_297, '94297'],
  ] as const)
    it(`${value} is ${text}, and the same number again`, () => {
      assert.equal(plainDecimal(value), text);
      assert.equal(Number(text), value);
    });

  it('a file is named as tapes are read', () => {
    const named = { exchange: 'kucoinfutures', symbol: 'BTC/USDT:USDT' };
    assert.deepEqual(parseTapeName(tapeName(named, 5 * MINUTE_MS)), {
      ...named,
      ...{ timeframeMs: 5 * MINUTE_MS, spot: false },
    });
    assert.deepEqual(parseFundingName(fundingName(named)), named);
  });
});
