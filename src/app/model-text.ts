/**
 * Model versions as tables and charts for people.
 *
 * Promises: the figures of the view, no others; what was not kept is `–`.
 */
import { utcMinute } from '../base/time.ts';
import type { Gain, Score, SliceSizes } from '../core/fact.ts';
import { comparedIn } from '../learn/scores.ts';
import { barChart } from './bar-chart.ts';
import type { Judgement } from './model-reliability.ts';
import {
  type ByFeature,
  MODEL_TITLES,
  type ModelContent,
  type ModelPerformance,
  type ModelVersion,
} from './model-view.ts';
import { decimal, percent, signed, UNKNOWN } from './number-text.ts';
import { reliabilityOf } from './reliability.ts';
import { reliabilityText } from './reliability-text.ts';
import { type Column, pairs, table } from './table.ts';

const toRight = (title: string): Column => ({ title, align: 'right' });
const DECIMALS = 4;

const timeText = ({ training }: ModelVersion): string =>
  training === null ? UNKNOWN : utcMinute(training.time);

/** How much lower its log-loss was than the base rate's, on the same examples. */
const gainOf = ({ training }: ModelVersion): number | null =>
  training && comparedIn(training.challenger)
    ? training.baseRate.logLoss - training.challenger.logLoss
    : null;

const statusText = ({ status, training }: ModelVersion): string =>
  status === 'refused' ? (training?.verdict ?? status) : status;

const lossText = (score: Score | null | undefined): string =>
  decimal(comparedIn(score)?.logLoss ?? null, DECIMALS);

export function listText(versions: readonly ModelVersion[]): string {
  const columns = [
    ...[{ title: 'version' }, { title: 'status' }, { title: 'trained at (UTC)' }],
    ...['compared on', 'log-loss', 'champion', 'base rate', 'gain', 'Brier', 'accuracy'].map(
      toRight,
    ),
  ];
  const rows = versions.map(version => {
    const { id, training } = version;
    const score = comparedIn(training?.challenger);
    return [
      id,
      statusText(version),
      timeText(version),
      decimal(training?.challenger.examples ?? null, 0),
      lossText(score),
      lossText(training?.champion),
      lossText(training?.baseRate),
      signed(gainOf(version), DECIMALS),
      decimal(score?.brier ?? null, DECIMALS),
      percent(score?.accuracy ?? null, 1),
    ];
  });
  return table(columns, rows);
}

/** Figure by figure: its name and its text. */
type Figures = [name: string, text: string][];

function scoreFigures(version: ModelVersion): Figures {
  const { training } = version;
  const status: Figures = [
    ['Status', statusText(version)],
    ['Trained at', timeText(version)],
  ];
  if (training === null) return status;
  const { challenger, champion, baseRate, gain, trigger, rounds, slices } = training;
  const examples = decimal(challenger.examples, 0);
  return [
    ...status,
    ['Trained because of', trigger ?? UNKNOWN],
    ['Compared on', `${examples} examples that no decision had seen`],
    ['Log-loss', lossText(challenger)],
    ['  of the champion then', lossText(champion)],
    ['  of the base rate', lossText(baseRate)],
    ['  gain over the base rate', signed(gainOf(version), DECIMALS)],
    ['  gain that decided', gain && comparedIn(challenger) ? gainText(gain) : UNKNOWN],
    ['Brier', decimal(comparedIn(challenger)?.brier ?? null, DECIMALS)],
    ['  of the base rate', decimal(comparedIn(baseRate)?.brier ?? null, DECIMALS)],
    ['Accuracy', percent(comparedIn(challenger)?.accuracy ?? null, 1)],
    ['Rounds or epochs', decimal(rounds ?? null, 0)],
    ['Examples', slices === undefined ? UNKNOWN : slicesText(slices)],
  ];
}

const gainText = ({ logLoss, error }: Gain): string =>
  `${signed(logLoss, DECIMALS)} ± ${decimal(error, DECIMALS)}`;

const slicesText = ({ train, stop, calibrate, compare }: SliceSizes): string =>
  `${train} train, ${stop} stop, ${calibrate} calibrate, ${compare} compare`;

function contentFigures(content: ModelContent): Figures {
  const { kind, inputs, parameters, calibration, performance } = content;
  const [hold = 0, buy = 0, sell = 0] = calibration.prior.map(Math.exp);
  return [
    ['Kind', kind],
    ['Inputs', decimal(inputs, 0)],
    ['Parameters', decimal(parameters, 0)],
    ['Temperature', decimal(calibration.temperature, 3)],
    [
      'Class frequencies',
      `hold ${percent(hold, 1)}, buy ${percent(buy, 1)}, sell ${percent(sell, 1)}`,
    ],
    ...(performance === null ? [] : performanceFigures(performance)),
  ];
}

const performanceFigures = ({ trades, winRate, averageProfit }: ModelPerformance): Figures => [
  ['Trades it weighed', decimal(trades, 0)],
  ['Win rate', percent(winRate)],
  ['Average profit', decimal(averageProfit)],
];

/** `judgement`: of its calibration. */
export function showText(version: ModelVersion, { note, bins }: Judgement): string {
  const { content, model } = version;
  const head =
    version.status === 'refused'
      ? version.id
      : `${MODEL_TITLES[model]}, version ${version.version}`;
  const scores = pairs(scoreFigures(version));
  if (content === null) return `${head}\n\n${scores}\n\nIts weights are not kept.`;
  const reliability = reliabilityOf(bins);
  const charts = [
    chart(content.importance, 'importance', 'share of what decides'),
    chart(content.permutation, 'permutation', 'rise of the log-loss when the feature is shuffled'),
    chart(content.gate, 'gate', 'weight of attention on the input'),
  ];
  return [
    head,
    pairs([...scoreFigures(version), ...contentFigures(content)]),
    ...charts.flat(),
    `calibration: ${note}`,
    ...(reliability === null ? [] : [reliabilityText(reliability, 'outcomes')]),
  ].join('\n\n');
}

const chart = (values: ByFeature | null, title: string, meaning: string): string[] =>
  values === null
    ? []
    : [`${title}: ${meaning}\n${barChart(values, { name: 'feature', value: title })}`];

export function compareText(
  one: ModelVersion,
  other: ModelVersion,
  names: readonly string[],
): string {
  const figures = (version: ModelVersion): Figures => [
    ...scoreFigures(version),
    ...(version.content === null ? [] : contentFigures(version.content)),
  ];
  const [left, right] = [figures(one), figures(other)];
  const titles = new Set([...left, ...right].map(([title]) => title));
  const textOf = (of: Figures, title: string): string =>
    of.find(([name]) => name === title)?.[1] ?? UNKNOWN;
  const rows = [...titles].map(title => [title, textOf(left, title), textOf(right, title)]);
  const columns = ['', ...names].map(title => ({ title }));
  return [table(columns, rows), ...shifts(one, other, names)].join('\n\n');
}

const SHIFTS_SHOWN = 12;

/** The features whose importance differs most. */
function shifts(one: ModelVersion, other: ModelVersion, names: readonly string[]): string[] {
  const before = one.content?.importance ?? null;
  const after = other.content?.importance ?? null;
  if (before === null || after === null) return [];
  const features = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const rows = features
    .map(name => ({ name, from: before[name] ?? 0, to: after[name] ?? 0 }))
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, SHIFTS_SHOWN)
    .map(({ name, from, to }) => [
      name,
      decimal(from, DECIMALS),
      decimal(to, DECIMALS),
      signed(to - from, DECIMALS),
    ]);
  return [table([{ title: 'importance' }, ...[...names, 'change'].map(toRight)], rows)];
}
