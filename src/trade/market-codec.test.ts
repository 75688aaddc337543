import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { walk } from '../../test/fixtures/walk.ts';
import { must } from '../base/assert.ts';
import { FEATURE_COUNT } from '../core/feature.ts';
import { packSequence } from '../core/sequence.ts';
import { market } from './market.ts';
import { createSymbol, foldCandle, sequenceOf } from './market-symbol.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Tree = { [key: string]: Json };

/** A full state as its file holds it. */
const TEXT = fullState();
const content = (): Tree => JSON.parse(TEXT) as Tree;

function fullState(): string {
  const state = market.initial();
  const symbol = createSymbol();
  Object.assign(state.symbols, { A: symbol });
  const row = new Array<number>(FEATURE_COUNT).fill(0.25);
  for (const candle of walk({ symbol: 'A', count: 400 })) {
    foldCandle(symbol, candle, state);
    state.candles += 1;
  }
  symbol.pending.push({
    ...{ id: 1, time: 0, proposed: true, features: row, barrier: 0.01 },
    sequence: packSequence(must(sequenceOf(symbol), 'a full window')),
    ...{ candles: 60, entry: 100, held: 1, status: 'waiting', label: 0, change: 0 },
  });
  const encoded = market.file.encode(state);
  assert.equal(encoded.format, 'json.zst');
  return JSON.stringify('value' in encoded ? encoded.value : null);
}

const decode = (value: Tree) => market.file.decode({ format: 'json.zst', value });

/** Every place in the tree, once for a list of numbers. */
function places(node: Json, path: string[] = []): string[][] {
  if (node === null || typeof node !== 'object') return [path];
  const keys = Array.isArray(node) ? Object.keys(node).slice(0, 1) : Object.keys(node);
  const children = keys.flatMap(key => places((node as Tree)[key] as Json, [...path, key]));
  return path.length === 0 ? children : [path, ...children];
}

function change(path: readonly string[], edit: (parent: Tree, key: string) => void): Tree {
  const root = content();
  let parent: Tree = root;
  for (const key of path.slice(0, -1)) parent = parent[key] as Tree;
  edit(parent, path.at(-1)!);
  return root;
}

describe('the market state file', () => {
  const all = places(content());

  it('is read back as it was written', () => {
    assert.equal(market.check?.(decode(content())), null);
    assert.ok(all.length > 150);
  });

  it('is refused when anything is missing', () => {
    for (const path of all.filter(each => each.at(-1) !== 'A' && each.at(-1) !== '0'))
      assert.throws(
        () => decode(change(path, (parent, key) => delete parent[key])),
        /is not/,
        path.join('/'),
      );
  });

  it('is refused when anything is of another kind', () => {
    for (const path of all)
      for (const wrong of ['x', true, {}, []] as Json[]) {
        const value = path.reduce<Json>((node, key) => (node as Tree)[key] as Json, content());
        const same = typeof wrong === typeof value && Array.isArray(wrong) === Array.isArray(value);
        const isName = path.at(-1) === 'symbol' || path[0] === 'featureNames';
        const fits = typeof wrong === 'boolean' || isName;
        if ((same && fits) || path.at(-1) === 'symbols' || path.at(-1) === 'pending') continue;
        const edited = change(path, (parent, key) => {
          parent[key] = wrong;
        });
        assert.throws(() => decode(edited), Error, `${path.join('/')} = ${JSON.stringify(wrong)}`);
      }
  });

  it('is refused when a name is not known', () => {
    for (const path of [['extra'], ['symbols', 'A', 'extra'], ['symbols', 'A', 'reading', 'extra']])
      assert.throws(() => decode(change(path, (parent, key) => (parent[key] = 1))), /is unknown/);
  });

  it('is refused when a list has another length, a period another value, a place no ring', () => {
    const ring = ['symbols', 'A', 'indicators', 'roc', 'ring'];
    const edits: [string[], Json][] = [
      [
        [...ring, 'values'],
        [1, 2, 3],
      ],
      [[...ring, 'next'], 11],
      [[...ring, 'count'], 12],
      [[...ring, 'next'], 0.5],
      [[...ring, 'next'], -1],
      [['symbols', 'A', 'window', 'next'], 32],
      [['symbols', 'A', 'window', 'count'], 33],
      [['symbols', 'A', 'indicators', 'adx', 'period'], 15],
      [
        ['symbols', 'A', 'past'],
        [1.5, 2],
      ],
      [['symbols', 'A', 'features'], [1]],
      [['symbols', 'A', 'reading', 'regime'], 'sideways'],
      [['symbols', 'A', 'pending', '0', 'status'], 'lost'],
      [['symbols', 'A', 'pending', '0', 'label'], 3],
    ];
    for (const [path, wrong] of edits)
      assert.throws(
        () => decode(change(path, (parent, key) => (parent[key] = wrong))),
        /is not|is outside/,
        path.join('/'),
      );
  });

  it('does not let a symbol set a prototype', () => {
    const value = JSON.parse(TEXT.replace('"A":', '"__proto__":')) as Tree;
    const state = decode(value);
    assert.deepEqual(Object.keys(state.symbols), ['__proto__']);
    assert.equal(Object.getPrototypeOf(state.symbols), null);
  });
});
