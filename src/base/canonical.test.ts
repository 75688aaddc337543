import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalText, impurity } from './canonical.ts';

describe('the canonical text', () => {
  it('does not depend on the order of keys, nor on how an array is written', () => {
    assert.equal(
      canonicalText({ b: [1, 2.5, 1e21], a: [1, null] }),
      '{"a":[1,null],"b":[1,2.5,1e+21]}',
    );
    assert.equal(canonicalText([]), '[]');
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => (n === 0 ? 0 : n));
    fc.assert(
      fc.property(fc.array(finite), numbers => {
        const apart = numbers.map(number => canonicalText(number)).join(',');
        assert.equal(canonicalText(numbers), `[${apart}]`);
      }),
    );
  });

  it('refuses what a file would change, and says where it is', () => {
    for (const bad of [-0, Number.NaN, Infinity, undefined])
      assert.match(impurity({ a: [1, 2, bad, 3] }) ?? '', /at \/a\/2/);
    assert.equal(impurity({ a: [1, 2, 3], b: Float64Array.of(-0) }), null);
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    assert.notEqual(impurity([1, , 2]), null);
  });
});
