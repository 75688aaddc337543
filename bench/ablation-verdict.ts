/**
 * Does a part earn its place? A paired block bootstrap over all cases at once.
 *
 * The figure is the mean over case-days of the return with the part less the return without it.
 * Cases that overlap in time are not independent (they are even the same market at two
 * timeframes), so the rows that are drawn are calendar days, in blocks, and all cases of a day stay
 * together. Promises: a part earns its place only where the whole interval lies above 0, at a
 * level that allows for as many questions as are asked. Never: counts a case for more than its days.
 */
import { sharpeOf, type WalkForward } from '../src/app/walk-forward.ts';
import { everyRow, type Interval, intervalOf, meanOf } from '../src/base/bootstrap.ts';
import { DAY_MS } from '../src/base/time.ts';
import { JUDGED, type Judged } from '../src/learn/ensemble-state.ts';

/** Of an interval: above 0, below 0, or on both sides of it. */
export type Verdict = 'yes' | 'no, it costs' | 'not shown';

export interface Pair {
  readonly with: WalkForward;
  readonly without: WalkForward;
}

export interface PartVerdict {
  readonly days: number;
  readonly cases: number;
  /** Cases whose total return is better, and worse, with the part. */
  readonly better: number;
  readonly worse: number;
  /** Mean difference of a case-day's return, times 365: a share of the balance per year. */
  readonly gainPerYear: number;
  readonly gainInterval: Interval | null;
  /** Of the mean return of all cases of a day, with less without. */
  readonly sharpeGain: number | null;
  readonly sharpeInterval: Interval | null;
  readonly verdict: Verdict;
  /** What the part adds to what the ensemble knows; null where one side forecast nothing. */
  readonly forecast: ForecastVerdict | null;
}

/** Of the pool's log-loss below the base rate: with the part less without it, in nats. */
export interface ForecastVerdict {
  readonly gain: number;
  readonly gainInterval: Interval | null;
  /** Cases in which it is above 0. */
  readonly better: number;
  readonly cases: number;
  readonly verdict: Verdict;
}

export interface SkillVerdict {
  readonly learner: Judged;
  readonly examples: number;
  /** Nats of log-loss below the base rate, over all examples. */
  readonly gain: number;
  readonly gainInterval: Interval | null;
  readonly verdict: Verdict;
}

export interface Judging {
  readonly seed: number;
  /** How many questions share the risk of a false answer (Bonferroni). */
  readonly questions: number;
}

const RESAMPLES = 4000;
const RISK = 0.05;

export const levelOf = ({ questions }: Judging): number => 1 - RISK / questions;

const bootstrapOf = (judging: Judging) => ({
  seed: judging.seed,
  resamples: RESAMPLES,
  level: levelOf(judging),
});

export function judgePart(pairs: readonly Pair[], judging: Judging): PartVerdict {
  const days = daySums(pairs);
  const bootstrap = bootstrapOf(judging);
  const gainOf = meanOf(
    days.map(day => (day.with - day.without) * 365),
    days.map(day => day.cases),
  );
  const returnsWith = days.map(day => day.with / day.cases);
  const returnsWithout = days.map(day => day.without / day.cases);
  const sharpeGainOf = (picked: Uint32Array): number | null => {
    const one = sharpeOf(returnsWith, picked);
    const other = sharpeOf(returnsWithout, picked);
    return one === null || other === null ? null : one - other;
  };
  const gainInterval = intervalOf(days.length, gainOf, bootstrap);
  const gains = pairs.map(pair => totalOf(pair.with) - totalOf(pair.without));
  return {
    days: days.length,
    cases: pairs.length,
    better: gains.filter(gain => gain > 0).length,
    worse: gains.filter(gain => gain < 0).length,
    gainPerYear: gainOf(everyRow(days.length)) ?? 0,
    gainInterval,
    sharpeGain: sharpeGainOf(everyRow(days.length)),
    sharpeInterval: intervalOf(days.length, sharpeGainOf, bootstrap),
    verdict: verdictOf(gainInterval),
    forecast: judgeForecasts(pairs, judging),
  };
}

/** Paired by calendar day, as returns are: a day is drawn for both sides at once. */
function judgeForecasts(pairs: readonly Pair[], judging: Judging): ForecastVerdict | null {
  const told = pairs.filter(pair => gainIn(pair.with) !== null && gainIn(pair.without) !== null);
  if (told.length === 0) return null;
  const [one, other] = [skillsOf(told, 'with'), skillsOf(told, 'without')];
  const days = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
  const gainOn = (skills: ReadonlyMap<number, Skill>) =>
    meanOf(
      days.map(day => skills.get(day)?.gain ?? 0),
      days.map(day => skills.get(day)?.examples ?? 0),
    );
  const [withIt, withoutIt] = [gainOn(one), gainOn(other)];
  const differenceOf = (picked: Uint32Array): number | null => {
    const [gain, less] = [withIt(picked), withoutIt(picked)];
    return gain === null || less === null ? null : gain - less;
  };
  const gainInterval = intervalOf(days.length, differenceOf, bootstrapOf(judging));
  return {
    gain: differenceOf(everyRow(days.length)) ?? 0,
    gainInterval,
    better: told.filter(pair => gainIn(pair.with)! > gainIn(pair.without)!).length,
    cases: told.length,
    verdict: verdictOf(gainInterval),
  };
}

const skillsOf = (pairs: readonly Pair[], side: keyof Pair) =>
  skillByDay(
    pairs.map(pair => pair[side]),
    'pool',
  );

const gainIn = ({ overall }: WalkForward): number | null => overall?.forecasts.pool?.gain ?? null;

const totalOf = ({ overall }: WalkForward): number => overall?.totalReturn ?? 0;

const verdictOf = (interval: Interval | null): Verdict => {
  if (interval === null) return 'not shown';
  if (interval.low > 0) return 'yes';
  return interval.high < 0 ? 'no, it costs' : 'not shown';
};

/** Sums of all cases on a calendar day. */
interface DaySum {
  with: number;
  without: number;
  cases: number;
}

function daySums(pairs: readonly Pair[]): DaySum[] {
  const byDay = new Map<number, DaySum>();
  for (const pair of pairs) {
    const [one, other] = [pair.with.daily, pair.without.daily];
    if (one === null || other === null) continue;
    if (one.from !== other.from || one.returns.length !== other.returns.length)
      throw new Error('a pair of runs over different days is no pair');
    one.returns.forEach((value, index) => {
      const day = dayOf(one.from) + index;
      const sum = byDay.get(day) ?? { with: 0, without: 0, cases: 0 };
      sum.with += value;
      sum.without += other.returns[index]!;
      sum.cases += 1;
      byDay.set(day, sum);
    });
  }
  return inOrder(byDay);
}

const dayOf = (date: string): number => Date.parse(`${date}T00:00Z`) / DAY_MS;

const inOrder = <T>(byDay: Map<number, T>): T[] =>
  [...byDay].sort(([one], [other]) => one - other).map(([, value]) => value);

/** Whether each one's forecasts are better than the base rate, over all cases. */
export function judgeSkills(reports: readonly WalkForward[], judging: Judging): SkillVerdict[] {
  const spoke = JUDGED.filter(name => reports.some(({ daily }) => daily?.forecasts[name]));
  return spoke.map(learner => {
    const days = inOrder(skillByDay(reports, learner));
    const examples = days.map(day => day.examples);
    const gainOf = meanOf(
      days.map(day => day.gain),
      examples,
    );
    const gainInterval = intervalOf(days.length, gainOf, bootstrapOf(judging));
    return {
      learner,
      examples: examples.reduce((total, count) => total + count, 0),
      gain: gainOf(everyRow(days.length)) ?? 0,
      gainInterval,
      verdict: verdictOf(gainInterval),
    };
  });
}

/** Sums of a day: nats below the base rate, and forecasts. */
interface Skill {
  gain: number;
  examples: number;
}

function skillByDay(reports: readonly WalkForward[], learner: Judged): Map<number, Skill> {
  const byDay = new Map<number, Skill>();
  for (const { daily } of reports) {
    const own = daily?.forecasts[learner];
    if (daily === null || own === undefined) continue;
    own.examples.forEach((examples, index) => {
      const day = dayOf(daily.from) + index;
      const sum = byDay.get(day) ?? { gain: 0, examples: 0 };
      sum.gain += own.gain[index]!;
      sum.examples += examples;
      byDay.set(day, sum);
    });
  }
  return byDay;
}
