/**
 * The ablation as Markdown, for docs/LEARNING.md.
 *
 * Promises: a pure function of the runs; every figure is walk-forward. Never: hides a case.
 */
import { decimal, percent, signed, signedPercent } from '../src/app/number-text.ts';
import type { ForecastScore, Segment } from '../src/app/walk-forward.ts';
import { intervalText, NOTHING_FORECAST } from '../src/app/walk-forward-text.ts';
import type { Interval } from '../src/base/bootstrap.ts';
import { type Case, QUESTIONS, titleOf } from './ablation-case.ts';
import type { Answer, Done } from './ablation-run.ts';
import {
  type Judging,
  judgePart,
  judgeSkills,
  levelOf,
  type PartVerdict,
  type SkillVerdict,
} from './ablation-verdict.ts';

export interface Verdicts {
  /** Mean log-loss and return at this level. */
  readonly level: number;
  readonly parts: readonly (PartVerdict & { readonly part: string })[];
  readonly skills: readonly SkillVerdict[];
}

type ByVariant = ReadonlyMap<string, Answer>;
type Row = readonly string[];

/** Of the runs with one seed. */
function byCase(runs: readonly Done[], seed: number): Map<Case, Map<string, Answer>> {
  const cases = new Map<Case, Map<string, Answer>>();
  for (const { case: own, variant, answer, seed: one } of runs) {
    if (one !== seed) continue;
    const answers = cases.get(own) ?? new Map<string, Answer>();
    cases.set(own, answers.set(variant.id, answer));
  }
  return cases;
}

/** Of the resamples; another one than the runs' is of no use. */
const JUDGING: Judging = { seed: 1, questions: QUESTIONS.length };

/** Over all seeds: what is luck of the dice is not to pass for what a part is worth. */
export function verdictsOf(runs: readonly Done[]): Verdicts {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const cases = seeds.flatMap(seed => [...byCase(runs, seed).values()]);
  const pairsWithout = (id: string) =>
    cases.flatMap(answers => {
      const [one, other] = [answers.get('all'), answers.get(id)];
      return one === undefined || other === undefined
        ? []
        : [{ with: one.walkForward, without: other.walkForward }];
    });
  return {
    level: levelOf(JUDGING),
    parts: QUESTIONS.map(([part, id]) => ({ part, ...judgePart(pairsWithout(id), JUDGING) })),
    skills: judgeSkills(
      cases.flatMap(answers => answers.get('all')?.walkForward ?? []),
      JUDGING,
    ),
  };
}

export function ablationMarkdown(runs: readonly Done[]): string {
  const cases = byCase(runs, runs[0]?.seed ?? 1);
  const verdicts = verdictsOf(runs);
  const level = `${decimal(verdicts.level * 100, 0)} %`;
  return [
    '### Does a part earn its place?',
    partTable(verdicts, level),
    '### What does a part add to the forecasts?',
    forecastPartTable(verdicts, level),
    '### Do the forecasts know more than the base rate?',
    skillTable(verdicts, level),
    '### With learning, without, and buy-and-hold',
    tradingTable(cases),
    TRADING_NOTE,
    '### One part less: return, Sharpe, trades',
    variantTable(cases, runs),
    '### Forecasts per market, against the base rate',
    forecastTable(cases),
  ].join('\n\n');
}

const markdown = (head: Row, rows: readonly Row[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');

const share = (interval: Interval | null): string =>
  intervalText(interval, bound => signedPercent(bound, 1));
const ratio = (interval: Interval | null): string =>
  intervalText(interval, bound => decimal(bound, 1));
const nats = (interval: Interval | null): string =>
  intervalText(interval, bound => signed(bound, 4));

const partTable = ({ parts }: Verdicts, level: string): string =>
  markdown(
    ['part', 'with − without, a year', level, 'Sharpe', level, 'better / worse in', 'earns it?'],
    parts.map(one => [
      one.part,
      signedPercent(one.gainPerYear),
      share(one.gainInterval),
      signed(one.sharpeGain),
      ratio(one.sharpeInterval),
      `${one.better} / ${one.worse} of ${one.cases}`,
      one.verdict,
    ]),
  );

const forecastPartTable = ({ parts }: Verdicts, level: string): string =>
  markdown(
    ['part', "pool's gain, with − without", level, 'better in', 'adds to it?'],
    parts.flatMap(({ part, forecast }) =>
      forecast === null
        ? []
        : [
            [
              part,
              signed(forecast.gain, 4),
              nats(forecast.gainInterval),
              `${forecast.better} of ${forecast.cases}`,
              forecast.verdict,
            ],
          ],
    ),
  );

const skillTable = ({ skills }: Verdicts, level: string): string =>
  skills.length === 0
    ? NOTHING_FORECAST
    : markdown(
        ['whose', 'forecasts', 'gain in log-loss', level, 'better?'],
        skills.map(one => [
          one.learner,
          decimal(one.examples, 0),
          signed(one.gain, 4),
          nats(one.gainInterval),
          one.verdict,
        ]),
      );

const overallOf = (answer: Answer | undefined): Segment | null =>
  answer?.walkForward.overall ?? null;

const TRADING_NOTE =
  "Log-loss and Brier are the pool's, the probabilities that decisions rest on, beside the base" +
  ' rate on the same examples. Without learning nothing is forecast: the base rate is all it knows.';

/** Three rows a market, so that what is compared stands one below the other. */
function tradingTable(cases: ReadonlyMap<Case, ByVariant>): string {
  const head = [
    ...['market, days', '', 'return', '95 %', 'Sharpe', '95 %', 'max DD', 'trades', 'fees'],
    ...['log-loss', 'base rate', 'gain', '95 %', 'Brier', 'base rate'],
  ];
  const rows = [...cases].flatMap(([own, answers]) => {
    const [all, none] = [overallOf(answers.get('all')), overallOf(answers.get('none'))];
    const market = `${titleOf(own)}, ${decimal(all?.days ?? null, 0)}`;
    return [
      [market, 'learning', ...tradingCells(all), ...scoreCells(all?.forecasts.pool)],
      ['', 'without', ...tradingCells(none), ...scoreCells(none?.forecasts.pool)],
      ['', 'buy and hold', ...holdCells(all), ...scoreCells(undefined)],
    ];
  });
  return markdown(head, rows);
}

function tradingCells(overall: Segment | null): string[] {
  if (overall === null) return ['return', '', 'Sharpe', '', 'DD', 'trades', 'fees'].map(() => '–');
  return [
    signedPercent(overall.totalReturn, 1),
    share(overall.totalReturnInterval),
    decimal(overall.sharpe),
    ratio(overall.sharpeInterval),
    percent(overall.maxDrawdown, 1),
    decimal(overall.trades, 0),
    decimal(overall.feesPaid, 0),
  ];
}

function holdCells(overall: Segment | null): string[] {
  const { totalReturn = null, totalReturnInterval = null } = overall?.buyAndHold ?? {};
  const { sharpe = null, maxDrawdown = null } = overall?.buyAndHold ?? {};
  return [
    ...[signedPercent(totalReturn, 1), share(totalReturnInterval), decimal(sharpe), '–'],
    ...[percent(maxDrawdown, 1), '–', '–'],
  ];
}

const scoreCells = (score: ForecastScore | undefined): string[] =>
  score === undefined
    ? ['log-loss', 'base', 'gain', '', 'Brier', 'base'].map(() => '–')
    : [
        decimal(score.logLoss, 4),
        decimal(score.baseLogLoss, 4),
        signed(score.gain, 4),
        nats(score.gainInterval),
        decimal(score.brier, 4),
        decimal(score.baseBrier, 4),
      ];

function variantTable(cases: ReadonlyMap<Case, ByVariant>, runs: readonly Done[]): string {
  const titles = new Map(runs.map(({ variant }) => [variant.id, variant.title]));
  const cell = (answer: Answer | undefined): string =>
    answer === undefined
      ? '–'
      : `${signedPercent(answer.totalReturn, 1)}, ${decimal(answer.sharpe)}, ${answer.trades}`;
  const rows = [...cases].map(([own, answers]) => [
    titleOf(own),
    ...[...titles.keys()].map(id => cell(answers.get(id))),
  ]);
  return markdown(['market', ...titles.values()], rows);
}

function forecastTable(cases: ReadonlyMap<Case, ByVariant>): string {
  const rows = [...cases].flatMap(([own, answers]) =>
    Object.entries(overallOf(answers.get('all'))?.forecasts ?? {}).map(([name, score]) => [
      `${titleOf(own)}: ${name}`,
      decimal(score.examples, 0),
      ...scoreCells(score),
    ]),
  );
  if (rows.length === 0) return NOTHING_FORECAST;
  const head = ['market: whose', 'forecasts', 'log-loss', 'base rate', 'gain', '95 %'];
  return markdown([...head, 'Brier', 'base rate'], rows);
}
