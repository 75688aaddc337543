import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { thin } from './equity.ts';

describe('a curve of many points', () => {
  const points = Array.from({ length: 10_000 }, (_, time): [number, number] => [
    time,
    time === 4321 ? 500 : time === 4322 ? -500 : Math.sin(time / 500),
  ]);

  it('keeps its ends, its peak and its trough', () => {
    const kept = thin(points, 100);
    assert.ok(kept.length <= 400, `${kept.length} points`);
    assert.deepEqual([kept[0], kept.at(-1)], [points[0], points.at(-1)]);
    for (const extreme of [4321, 4322]) assert.ok(kept.some(([time]) => time === extreme));
    assert.ok(kept.every(([time], place) => place === 0 || time >= (kept[place - 1]?.[0] ?? 0)));
  });

  it('is left alone where it is short', () => {
    assert.deepEqual(thin(points.slice(0, 300), 100), points.slice(0, 300));
  });
});
