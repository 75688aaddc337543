/**
 * Boosted trees grown the slow way, for tests: every split between two raw values is tried, and
 * nothing is binned, subtracted, sampled or kept.
 *
 * Promises: shares no code with the trees it is compared with. Never: used outside tests.
 */
import type { BoostingLesson, BoostingRules } from './boosting.ts';

type Slopes = readonly (readonly [gradient: number, hessian: number])[];
type Tree = (row: number) => number;

/** Less is rounding. */
const GAIN_MIN = 1e-9;

/** Scores by row: hold, buy, sell. */
export function growNaively(
  lesson: BoostingLesson,
  rules: BoostingRules,
  rounds: number,
): (row: number) => number[] {
  const { train, prior } = lesson;
  const trees: Tree[][] = [];
  const scores = (row: number) =>
    prior.map((start, label) => trees.reduce((sum, round) => sum + round[label]!(row), start));
  for (let round = 0; round < rounds; round += 1) {
    const chances = train.rows.map(row => {
      const parts = scores(row).map(Math.exp);
      return parts.map(part => part / parts.reduce((sum, other) => sum + other, 0));
    });
    trees.push(
      prior.map((_, label) => {
        const slopes = train.rows.map((_row, place): Slopes[number] => {
          const chance = chances[place]![label]!;
          const weight = train.weights[place]!;
          const hit = train.labels[place] === label ? 1 : 0;
          return [weight * (chance - hit), weight * chance * (1 - chance)];
        });
        return growTree(lesson, rules, { slopes, places: train.rows.map((_row, at) => at) });
      }),
    );
  }
  return scores;
}

interface Part {
  readonly slopes: Slopes;
  readonly places: readonly number[];
}

const sum = ({ slopes, places }: Part, lane: 0 | 1): number =>
  places.reduce((total, place) => total + slopes[place]![lane], 0);

const worth = (part: Part, rules: BoostingRules): number =>
  (sum(part, 0) * sum(part, 0)) / (sum(part, 1) + rules.shrinkage);

/** Level by level, since the rules of the tests allow whole levels. */
function growTree(lesson: BoostingLesson, rules: BoostingRules, part: Part, depth = 0): Tree {
  const leaf = Math.fround((-rules.rate * sum(part, 0)) / (sum(part, 1) + rules.shrinkage));
  const { data, columns } = lesson.values;
  const valueAt = (place: number, column: number) =>
    data[lesson.train.rows[place]! * columns + column]!;
  let best = { gain: GAIN_MIN, column: 0, edge: 0 };
  for (let column = 0; depth < rules.depthMax && column < columns; column += 1) {
    const levels = [...new Set(part.places.map(place => valueAt(place, column)))].sort(
      (a, b) => a - b,
    );
    for (let at = 1; at < levels.length; at += 1) {
      const edge = levels[at]!;
      const sides = [true, false].map(isLeft => ({
        ...part,
        places: part.places.filter(place => valueAt(place, column) < edge === isLeft),
      }));
      if (sides.some(side => sum(side, 1) < rules.hessianMin)) continue;
      const gain = worth(sides[0]!, rules) + worth(sides[1]!, rules) - worth(part, rules);
      if (gain > best.gain + GAIN_MIN) best = { gain, column, edge };
    }
  }
  if (best.gain === GAIN_MIN) return () => leaf;
  const isLeft = (row: number) => data[row * columns + best.column]! < best.edge;
  const side = (wanted: boolean) =>
    growTree(
      lesson,
      rules,
      {
        ...part,
        places: part.places.filter(place => isLeft(lesson.train.rows[place]!) === wanted),
      },
      depth + 1,
    );
  const [left, right] = [side(true), side(false)];
  return row => (isLeft(row) ? left(row) : right(row));
}
