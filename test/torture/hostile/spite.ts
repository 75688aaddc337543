/**
 * Values that nobody should believe, and ways to put one into a tree of JSON.
 *
 * Promises: drawn from the dice alone; a number that JSON cannot hold is written as its own text.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';

/** JSON texts. */
const SPITE: readonly string[] = [
  ...['null', 'true', '""', '[]', '{}', '-1', '0', '0.5', '-0', '1e999', '-1e999', '1e308'],
  ...['5e-324', '9007199254740993', '9007199254740991', '-9007199254740991', '999999999999'],
  ...[
    '"NaN"',
    '"../../../etc/passwd"',
    '"/etc/passwd"',
    '"a/../b"',
    '"."',
    '"\\u0000"',
    '"\\ud800"',
  ],
  ...['"1; DROP TABLE trades; --"', '"\' OR 1=1"', '"\\u0024{process.exit(3)}"', '"<script>"'],
  ...['{"__proto__":{"polluted":true}}', '{"\\u005f_proto__":{"polluted":true}}'],
  ...['{"constructor":{"prototype":{"polluted":true}}}', '{"toString":1}', '{"length":-1}'],
  ...['[null]', '[[[[[[]]]]]]', '{"type":"x"}', `"${'f'.repeat(64)}"`, `"${'x'.repeat(100_000)}"`],
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `[${'0,'.repeat(20_000)}0]`,
];

/** Where a text stands for itself. */
const MARK = '\u0001raw:';

/** JSON in which the marked texts stand bare. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value).replace(/"\\u0001raw:(\d+)"/g, (_, index: string) =>
    must(SPITE[Number(index)], 'spite'),
  );

type Tree = Record<string, unknown>;

/** The same tree with one place changed: replaced, dropped, doubled or with a strange key. */
export function spited(root: unknown, rng: Rng): unknown {
  const copy = structuredClone(root);
  const places = placesOf(copy);
  if (places.length === 0) return MARK + rng.nextInt(SPITE.length);
  const { holder, key } = must(places[rng.nextInt(places.length)], 'place');
  const spite = MARK + rng.nextInt(SPITE.length);
  switch (rng.nextInt(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete (holder as Tree)[key];
      return copy;
    case 1:
      if (Array.isArray(holder)) holder.push(holder[Number(key)]);
      else (holder as Tree)['strange'] = spite;
      return copy;
    default:
      (holder as Tree)[key] = spite;
      return copy;
  }
}

interface PlaceInTree {
  readonly holder: object;
  readonly key: string;
}

/** A few of each list, so that long ones do not hide the rest. */
function placesOf(root: unknown): PlaceInTree[] {
  const places: PlaceInTree[] = [];
  const left: unknown[] = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const keys = Object.keys(value);
    for (const key of Array.isArray(value) ? [...keys.slice(0, 3), ...keys.slice(-2)] : keys) {
      places.push({ holder: value, key });
      left.push((value as Tree)[key]);
    }
  }
  return places;
}
