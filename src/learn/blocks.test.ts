import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import { MINUTE_MS } from '../base/time.ts';
import { blocksOf, meanError } from './blocks.ts';
import { tableOf } from './example-table.ts';
import { plantedExamples } from './planted-example.ts';

const tableFor = (count: number, everyMinutes: number) =>
  tableOf(plantedExamples({ count, seed: 2, rule: 'none', everyMinutes, labelMinutes: 60 }));
const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

describe('blocks', () => {
  it('cut all rows into ten of equal size where labels are short against them', () => {
    const blocks = blocksOf(tableFor(1000, 10), rowsOf(1000));
    assert.deepEqual(
      blocks,
      rowsOf(10).map(at => ({ from: 100 * at, to: 100 * at + 100 })),
    );
  });

  it('are fewer and longer where labels are long, and last two labels each', () => {
    const table = tableFor(600, 1);
    const blocks = blocksOf(table, rowsOf(600));
    assert.ok(blocks.length >= 4 && blocks.length < 6, `${blocks.length}`);
    assert.equal(blocks[0]!.from, 0);
    assert.equal(blocks.at(-1)!.to, 600);
    blocks.forEach(({ from, to }, index) => {
      assert.equal(from, blocks[index - 1]?.to ?? 0);
      assert.ok(table.times[to - 1]! - table.times[from]! >= 2 * 59 * MINUTE_MS);
    });
  });

  it('of few rows are one, and of none are none', () => {
    assert.deepEqual(blocksOf(tableFor(5, 1), rowsOf(5)), [{ from: 0, to: 5 }]);
    assert.deepEqual(blocksOf(tableOf([]), []), []);
  });
});

describe('the standard error of a mean', () => {
  const blocks = Array.from({ length: 10 }, (_, at) => ({ from: 50 * at, to: 50 * at + 50 }));
  /** The spread of the mean itself, over many draws, and what is estimated of it. */
  const spread = (overlap: number) => {
    const rng = new Rng(seedRng(9));
    let squares = 0;
    let estimated = 0;
    const draws = 400;
    for (let draw = 0; draw < draws; draw += 1) {
      const noise = rowsOf(500 + overlap).map(() => rng.nextNormal());
      const values = Float64Array.from({ length: 500 }, (_, at) =>
        noise.slice(at, at + overlap).reduce((sum, value) => sum + value, 0),
      );
      const { mean, error } = meanError(values, blocks);
      squares += mean * mean;
      estimated += error * error;
    }
    return { real: Math.sqrt(squares / draws), told: Math.sqrt(estimated / draws) };
  };

  it('is that of independent values where they are', () => {
    const { real, told } = spread(1);
    assert.ok(Math.abs(told / real - 1) < 0.15, `${told} for ${real}`);
  });

  it('is honest where each value shares most of itself with the next', () => {
    const { real, told } = spread(8);
    assert.ok(Math.abs(told / real - 1) < 0.15, `${told} for ${real}`);
    assert.ok(told > 5 / Math.sqrt(500), 'far above the root of the count');
  });

  it('is 0 of nothing and of a single block', () => {
    assert.deepEqual(meanError(new Float64Array(0), []), { mean: 0, error: 0 });
    const one = [{ from: 0, to: 2 }];
    assert.deepEqual(meanError(Float64Array.of(1, 3), one), { mean: 2, error: 0 });
  });
});
