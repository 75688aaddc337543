import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Rng, seedRng } from '../base/rng.ts';
import { valuesOf } from './boosted-bins.ts';
import {
  addVotes,
  asForest,
  type Forest,
  forestFields,
  forestFloats,
  forestOfFloats,
  gainShares,
} from './boosted-forest.ts';
import { type BoostingLesson, type BoostingRules, boost, drawColumns } from './boosting.ts';
import { growNaively } from './planted-trees.ts';

const RULES: BoostingRules = {
  leavesMax: 8,
  depthMax: 3,
  rate: 0.3,
  shrinkage: 1,
  hessianMin: 0.5,
  roundsMax: 4,
  patience: 100,
  rowShare: 1,
  columnShare: 1,
};

/** Three columns; the label follows the first two. */
function lessonOf(count: number, seed: number, levels = 12): BoostingLesson {
  const rng = new Rng(seedRng(seed));
  const data = Float64Array.from({ length: 3 * count }, () => rng.nextInt(levels) / 4 - 1);
  const labels = Uint8Array.from({ length: count }, (_, row) => {
    if (rng.nextFloat() < 0.3) return rng.nextInt(3);
    return data[3 * row]! > 0.4 ? 1 : data[3 * row + 1]! > 0.2 ? 2 : 0;
  });
  const rows = Array.from({ length: count }, (_, row) => row);
  const half = Math.ceil(count / 2);
  return {
    values: valuesOf(data, 3),
    train: {
      rows: rows.slice(0, half),
      labels: labels.slice(0, half),
      weights: Float64Array.from({ length: half }, () => 0.5 + rng.nextFloat()),
    },
    stop: { rows: rows.slice(half), labels: labels.slice(half) },
    prior: [-0.9, -1, -1.4],
    gate: [1, 1, 1],
  };
}

const fit = (lesson: BoostingLesson, rules: Partial<BoostingRules> = {}, seed = 1) =>
  boost(lesson, { ...RULES, ...rules }, new Rng(seedRng(seed)));

function votes(forest: Forest, lesson: BoostingLesson, row: number): number[] {
  const out = Float64Array.from(lesson.prior);
  addVotes(forest, lesson.values.data.subarray(3 * row, 3 * row + 3), out);
  return Array.from(out);
}

const leavesOf = ({ left }: Forest): number => left.filter(child => child === 0).length;

describe('boosting', () => {
  it('grows the trees that an exhaustive search over the raw values finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 160 }), fc.integer({ min: 1, max: 1e6 }), (n, seed) => {
        const lesson = lessonOf(n, seed);
        // Whatever the stop slice says, all rounds are compared.
        const all = { ...lesson, stop: lesson.train };
        const { forest, rounds } = fit(all);
        const naive = growNaively(all, RULES, rounds);
        for (const row of all.train.rows) {
          const ours = votes(forest, all, row);
          naive(row).forEach((score, label) => {
            assert.ok(Math.abs(score - ours[label]!) < 1e-5, `${score} and ${ours[label]}`);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same forest twice, and another for other dice', () => {
    const lesson = lessonOf(600, 3, 200);
    const rules = { rowShare: 0.5, columnShare: 0.5 };
    assert.deepEqual(fit(lesson, rules), fit(lesson, rules));
    assert.notDeepEqual(fit(lesson, rules, 1), fit(lesson, rules, 2));
  });

  it('ends at the round with the least loss on the stop slice', () => {
    const lesson = lessonOf(240, 4, 200);
    const rules = { roundsMax: 60, rate: 0.5, hessianMin: 0.1 };
    const lossAt = (roundsMax: number) => {
      // Stopping on what it is fitted to is never early.
      const { forest } = fit({ ...lesson, stop: lesson.train }, { ...rules, roundsMax });
      let sum = 0;
      lesson.stop.rows.forEach((row, place) => {
        const scores = votes(forest, lesson, row).map(Math.exp);
        sum -= Math.log(scores[lesson.stop.labels[place]!]! / scores.reduce((a, b) => a + b, 0));
      });
      return sum;
    };
    const { rounds, forest } = fit(lesson, { ...rules, patience: 60 });
    const losses = Array.from({ length: 30 }, (_, at) => lossAt(at + 1));
    assert.equal(losses.indexOf(Math.min(...losses)) + 1, rounds);
    assert.equal(forest.roots.length, 3 * rounds);
    assert.equal(fit(lesson, { ...rules, patience: 5 }).rounds <= rounds, true);
  });

  it('learns nothing of nothing', () => {
    const lesson = lessonOf(20, 1);
    const none = { rows: [], labels: new Uint8Array(0), weights: new Float64Array(0) };
    assert.equal(fit({ ...lesson, train: none }).rounds, 0);
    assert.equal(fit({ ...lesson, stop: none }).rounds, 0);
  });

  it('keeps to its leaves, its depth and its least hessian', () => {
    const lesson = { ...lessonOf(800, 5, 200) };
    const whole = { ...lesson, stop: lesson.train };
    for (const leavesMax of [1, 2, 5, 8]) {
      const { forest } = fit(whole, { leavesMax, roundsMax: 1 });
      assert.ok(leavesOf(forest) <= 3 * leavesMax);
      if (leavesMax > 1) assert.ok(leavesOf(forest) > 3);
    }
    const { forest } = fit(whole, { hessianMin: 20, depthMax: 6, leavesMax: 64 });
    forest.cover.forEach(cover => {
      assert.ok(cover > 20 - 1e-6);
    });
  });

  it('splits on the columns that tell something, and says so', () => {
    const lesson = lessonOf(800, 6);
    const { forest } = fit({ ...lesson, stop: lesson.train });
    const [first, second, third] = gainShares(forest, 3);
    assert.ok(first! > 3 * third! && second! > 3 * third!, `${first} ${second} ${third}`);
    assert.ok(Math.abs(first! + second! + third! - 1) < 1e-9);
  });
});

describe('the draw of columns', () => {
  const share = (gate: readonly number[], part: number) => {
    const rng = new Rng(seedRng(8));
    const drawn = gate.map(() => 0);
    for (let draw = 0; draw < 20_000; draw += 1)
      for (const column of drawColumns(gate, part, rng)) drawn[column]! += 1 / 20_000;
    return drawn;
  };

  it('is even where the gate is', () => {
    for (const part of share([1, 1, 1, 1], 0.5)) assert.ok(Math.abs(part - 0.5) < 0.02);
  });

  it('follows the gate: one of three is drawn in proportion to its weight', () => {
    const drawn = share([3, 2, 1], 0.3);
    [3 / 6, 2 / 6, 1 / 6].forEach((chance, column) => {
      assert.ok(Math.abs(drawn[column]! - chance) < 0.02, `${drawn[column]}`);
    });
  });

  it('takes all columns in order where all are wanted, without dice', () => {
    const rng = new Rng(seedRng(1));
    assert.deepEqual(Array.from(drawColumns([5, 1, 2], 1, rng)), [0, 1, 2]);
    assert.deepEqual(rng.state, new Rng(seedRng(1)).state);
  });
});

describe('a forest', () => {
  const { forest } = fit(lessonOf(300, 9));
  const fields = () => JSON.parse(JSON.stringify(forestFields(forest)));

  it('comes back from its JSON bit for bit', () => {
    assert.deepEqual(asForest(fields(), 3, 'forest'), forest);
  });

  it('is refused where a walk through it could not end in a leaf of its own tree', () => {
    const spoil = (change: (spoiled: ReturnType<typeof fields>) => void) => () => {
      const spoiled = fields();
      change(spoiled);
      asForest(spoiled, 3, 'forest');
    };
    assert.throws(
      spoil(({ left }) => (left[2] = 1)),
      /leaves its tree/,
    );
    assert.throws(
      spoil(({ left }) => (left[0] = 250)),
      /leaves its tree/,
    );
    assert.throws(
      spoil(({ column }) => (column[0] = 3)),
      /no feature/,
    );
    assert.throws(
      spoil(({ roots }) => roots.pop()),
      /whole rounds/,
    );
    assert.throws(
      spoil(({ roots }) => (roots[1] = 0)),
      /ascend/,
    );
    assert.throws(
      spoil(({ roots }) => (roots[0] = 1)),
      /begin at 0/,
    );
    assert.throws(
      spoil(({ value }) => value.pop()),
      /is not a list of/,
    );
    assert.throws(
      spoil(({ value }) => (value[0] = null)),
      /finite/,
    );
  });

  it('comes back from the floats of a blob bit for bit, and without a −0', () => {
    const trees = forest.roots.length;
    const back = (floats: Float32Array) => forestOfFloats(floats, { trees, columns: 3 });
    assert.deepEqual(back(forestFloats(forest)), forest);
    const value = forest.value.slice();
    value[0] = -0;
    assert.ok(Object.is(back(forestFloats({ ...forest, value })).value[0], 0));
  });

  it('is refused as floats that are no whole forest', () => {
    const trees = forest.roots.length;
    const count = forest.column.length;
    const spoil = (at: number, value: number) => () => {
      const floats = forestFloats(forest);
      floats[at] = value;
      forestOfFloats(floats, { trees, columns: 3 });
    };
    const floats = forestFloats(forest);
    assert.throws(
      () => forestOfFloats(floats.subarray(1), { trees, columns: 3 }),
      /no whole forest/,
    );
    assert.throws(spoil(trees + 2 * count, Number.NaN), /a number that is none/);
    assert.throws(spoil(trees + 2 * count, -0), /a number that is none/);
    assert.throws(spoil(trees, 0.5), /a node that is none/);
    assert.throws(spoil(trees, 300), /a node that is none/);
    assert.throws(spoil(trees, 3), /no feature/);
    assert.throws(spoil(trees + count, 250), /leaves its tree/);
    assert.throws(spoil(0, 1), /begin at 0/);
  });

  it('without trees says nothing', () => {
    const none = asForest(
      { roots: [], column: [], value: [], left: [], gain: [], cover: [] },
      3,
      'forest',
    );
    const out = new Float64Array(3);
    addVotes(none, [1, 2, 3], out);
    assert.deepEqual(Array.from(out), [0, 0, 0]);
    assert.deepEqual(gainShares(none, 2), [0, 0]);
  });
});
