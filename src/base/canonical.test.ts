import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalText, eachCanonicalPart, impurity, isPure } from './canonical.ts';

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

  it('is the same of a record in a list as of one alone, whatever its keys and what it holds', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('10', '9', '-1', '__proto__', 'toJSON', 'é'));
    const { item } = fc.letrec(tie => ({
      item: fc.oneof(
        { maxDepth: 4 },
        ...[fc.integer(), fc.string(), fc.boolean(), fc.constant(null)],
        fc.float32Array({ maxLength: 2 }),
        fc.dictionary(key, tie('item'), { maxKeys: 5 }),
        fc.array(tie('item'), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(item), items => {
        const apart = items.map(one => canonicalText(one)).join(',');
        assert.equal(canonicalText(items), `[${apart}]`);
      }),
    );
  });

  it('comes in pieces, none of them large', () => {
    const value = { list: Array.from({ length: 5000 }, (_, id) => ({ name: 'same', id })) };
    const pieces: string[] = [];
    eachCanonicalPart(value, piece => pieces.push(piece));
    assert.equal(pieces.join(''), canonicalText(value));
    assert.ok(pieces.length > 5);
  });

  it('refuses what a file would change, and says where it is', () => {
    for (const bad of [-0, Number.NaN, Infinity, undefined])
      assert.match(impurity({ a: [1, 2, bad, 3] }) ?? '', /at \/a\/2/);
    for (const bad of [-0, Number.NaN, Infinity, undefined, [-0], new Map(), () => 1])
      assert.match(impurity({ a: [{ b: 1, c: { d: bad } }] }) ?? '', /at \/a\/0\/c\/d/);
    assert.equal(impurity({ a: [1, 2, 3], b: Float64Array.of(-0) }), null);
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    assert.notEqual(impurity([1, , 2]), null);
  });

  it('refuses the same where it is only asked whether', () => {
    const leaf = fc.oneof(
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(
        null,
        undefined,
        -0,
        new Map(),
        new Date(0),
        Float64Array.of(-0),
        new DataView(new ArrayBuffer(1)),
      ),
    );
    const value = fc.letrec(tie => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.sparseArray(leaf, { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    let pure = 0;
    fc.assert(
      fc.property(value, one => {
        pure += isPure(one) ? 1 : 0;
        assert.equal(isPure(one), impurity(one) === null);
      }),
      { numRuns: 1000 },
    );
    assert.ok(pure > 100 && pure < 900, `${pure} were pure`);
  });
});
