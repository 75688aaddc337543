import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bootstrap, blockMeanOf, intervalOf, resample } from './bootstrap.ts';
import { Rng, seedRng } from './rng.ts';

const BOOTSTRAP: Bootstrap = { seed: 7, resamples: 1000, level: 0.95 };

function normals(count: number, seed: number): number[] {
  const rng = new Rng(seedRng(seed));
  return Array.from({ length: count }, () => rng.nextNormal());
}

/** Each value leans on the one before it. */
function autoregressive(count: number, seed: number, lean: number): number[] {
  let value = 0;
  return normals(count, seed).map(noise => {
    value = lean * value + noise;
    return value;
  });
}

const meanOf = (series: readonly number[]) => (rows: Uint32Array) => {
  let sum = 0;
  for (const row of rows) sum += series[row]!;
  return sum / rows.length;
};

const widthOf = (series: readonly number[], bootstrap: Bootstrap = BOOTSTRAP): number => {
  const interval = intervalOf(series.length, meanOf(series), bootstrap);
  assert.ok(interval !== null);
  return interval.high - interval.low;
};

describe('the stationary bootstrap', () => {
  it('gives the mean of independent rows the width that theory gives it', () => {
    const width = widthOf(normals(400, 1), { ...BOOTSTRAP, blockMean: 1 });
    const theory = (2 * 1.96) / Math.sqrt(400);
    assert.ok(Math.abs(width / theory - 1) < 0.15, `${width} for ${theory}`);
  });

  it('widens where neighbours are alike, as the blocks grow', () => {
    const series = autoregressive(1000, 2, 0.8);
    const apart = widthOf(series, { ...BOOTSTRAP, blockMean: 1 });
    const blocks = widthOf(series, { ...BOOTSTRAP, blockMean: 40 });
    // An autoregression of 0.8 makes the mean three times as uncertain.
    assert.ok(blocks / apart > 2 && blocks / apart < 4, `${blocks} against ${apart}`);
  });

  it('covers the true mean about as often as it says', () => {
    let covered = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const series = autoregressive(120, seed, 0.3);
      const interval = intervalOf(120, meanOf(series), { ...BOOTSTRAP, resamples: 200 });
      if (interval !== null && interval.low <= 0 && interval.high >= 0) covered += 1;
    }
    assert.ok(covered >= 170 && covered <= 198, `${covered} of 200`);
  });

  it('draws every row alike, in blocks of the mean length asked for', () => {
    const rng = new Rng(seedRng(3));
    const rows = new Uint32Array(50);
    const drawn = new Array<number>(50).fill(0);
    let begun = 0;
    for (let round = 0; round < 4000; round += 1) {
      resample(rows, rng, 5);
      rows.forEach((row, index) => {
        drawn[row]! += 1;
        if (index === 0 || row !== (rows[index - 1]! + 1) % 50) begun += 1;
      });
    }
    assert.ok(Math.min(...drawn) > 3500 && Math.max(...drawn) < 4500, drawn.join());
    assert.ok(Math.abs((4000 * 50) / begun - 5) < 0.4, `blocks of ${(4000 * 50) / begun}`);
  });

  it('is the same for the same seed and another for another', () => {
    const series = normals(60, 4);
    const interval = (seed: number) => intervalOf(60, meanOf(series), { ...BOOTSTRAP, seed });
    assert.deepEqual(interval(1), interval(1));
    assert.notDeepEqual(interval(1), interval(2));
  });

  it('is not given for too few rows, nor for a figure that mostly has no value', () => {
    assert.equal(
      intervalOf(19, () => 1, BOOTSTRAP),
      null,
    );
    assert.equal(
      intervalOf(100, () => null, BOOTSTRAP),
      null,
    );
    assert.deepEqual(
      intervalOf(20, () => 1, BOOTSTRAP),
      { low: 1, high: 1 },
    );
    assert.equal(blockMeanOf(1000), 10);
  });
});
