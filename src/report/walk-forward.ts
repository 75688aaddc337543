/**
 * The walk-forward section: a run cut into segments, each out of sample for what is learned.
 *
 * Promises: the figures of `--walk-forward`, no others; every segment is there.
 */
import { decimal, percent, signed, signedPercent } from '../app/number-text.ts';
import type { Segment, WalkForward } from '../app/walk-forward.ts';
import { intervalText, NOTHING_FORECAST } from '../app/walk-forward-text.ts';
import type { Interval } from '../base/bootstrap.ts';
import { figure, legendOf } from './figure.ts';
import { type Html, html } from './html.ts';
import {
  at,
  levelLine,
  MARGIN,
  marksAt,
  percentText,
  rangeOf,
  upward,
  type ValueText,
  valueLines,
  WIDE,
} from './plot.ts';
import { table, toned } from './table.ts';

export function walkForwardSection(report: WalkForward): Html {
  const { segments, overall, bootstrap } = report;
  if (overall === null) return html`<p class="none">Nothing was traded: there are no segments.</p>`;
  const level = percent(bootstrap.level, 0);
  const gains = segments.map(({ forecasts }) => forecasts.pool?.gain ?? null);
  return html`<p>Every forecast counts for the day on which it was made, once its outcome is known: no learner had seen it. What a person chose after looking at this market (settings, strategies) is in-sample all the same. Intervals: ${level}, stationary bootstrap over days, ${decimal(bootstrap.resamples, 0)} resamples, seed ${bootstrap.seed}.</p>
${returnFigure(report, level)}
<h3>Gain of the forecasts over the base rate</h3>
${gains.every(gain => gain === null) ? html`<p class="none">${NOTHING_FORECAST}</p>` : gainFigure(report, level)}
${forecastTable(overall, level)}`;
}

interface Bar {
  readonly name: string;
  readonly value: number | null;
  readonly interval: Interval | null;
}

interface Bars {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly bars: readonly Bar[];
  readonly textOf: ValueText;
  readonly legend: Html;
  readonly table: Html;
}

const LABELS_MAX = 12;

function barFigure({ bars, textOf, ...rest }: Bars): Html {
  const values = bars.flatMap(({ value, interval }) => [
    value ?? 0,
    ...(interval === null ? [] : [interval.low, interval.high]),
  ]);
  const y = upward(rangeOf([0, ...values]), WIDE);
  const step = (WIDE.width - MARGIN.left - MARGIN.right) / bars.length;
  const half = Math.min(24, step * 0.35);
  const middle = (index: number): number => MARGIN.left + (index + 0.5) * step;
  const drawn = bars.map(({ value, interval }, index) => {
    const x = middle(index);
    if (value === null) return null;
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    return html`<path class="bar ${value < 0 ? 'loss' : 'gain'}" d="M${at(x - half)} ${at(top)}h${at(2 * half)}V${at(bottom)}h${at(-2 * half)}z"/>${
      interval === null
        ? null
        : html`<path class="whisker" d="M${at(x)} ${at(y(interval.low))}V${at(y(interval.high))}"/>`
    }\n`;
  });
  const every = Math.ceil(bars.length / LABELS_MAX);
  const marks = bars
    .map(({ name }, index) => ({ x: middle(index), text: name, index }))
    .filter(({ index }) => index % every === 0);
  const plot = html`${valueLines(y, WIDE, textOf)}${marksAt(marks, WIDE)}${drawn}${levelLine(y, 0, WIDE)}`;
  return figure({ ...rest, frame: WIDE, plot });
}

const nameOf = ({ from, to }: Segment): string => (from === to ? from : `${from} to ${to}`);

/** A month where no two segments begin in one, else a day. */
function labelOf({ from }: Segment, segments: readonly Segment[]): string {
  const months = new Set(segments.map(segment => segment.from.slice(0, 7)));
  return months.size === segments.length ? from.slice(0, 7) : from;
}

const whisker = (level: string) => ({
  ...{ name: `${level} interval`, look: 'whisker', path: 'M12 0v12' },
});

function returnFigure({ segments, overall }: WalkForward, level: string): Html {
  const gained = segments.filter(({ totalReturn }) => totalReturn > 0).length;
  const all = overall === null ? [] : [overall];
  return barFigure({
    ...{ id: 'segments', title: 'Return by segment' },
    text: `${segments.length} segments, ${gained} of them with a gain.`,
    bars: segments.map(segment => ({
      name: labelOf(segment, segments),
      value: segment.totalReturn,
      interval: segment.totalReturnInterval,
    })),
    textOf: percentText,
    legend: legendOf([
      { name: 'gain', look: 'bar gain', path: 'M6 1h12v10H6z' },
      { name: 'loss', look: 'bar loss', path: 'M6 1h12v10H6z' },
      whisker(level),
    ]),
    table: segmentTable([...segments, ...all], level),
  });
}

function segmentTable(segments: readonly Segment[], level: string): Html {
  const titles = ['return', level, 'Sharpe', level, 'max drawdown', 'trades', 'fees', 'funding'];
  const columns = [
    { title: 'segment (UTC)', text: true as const },
    ...[...titles, 'buy and hold'].map(title => ({ title })),
  ];
  const growth = (share: number) => toned(share, signedPercent(share));
  const rows = segments.map((segment, index) => [
    index === segments.length - 1 ? `all: ${nameOf(segment)}` : nameOf(segment),
    growth(segment.totalReturn),
    intervalText(segment.totalReturnInterval, bound => signedPercent(bound, 1)),
    decimal(segment.sharpe),
    intervalText(segment.sharpeInterval, bound => decimal(bound, 1)),
    percent(segment.maxDrawdown),
    decimal(segment.trades, 0),
    decimal(segment.feesPaid),
    decimal(segment.fundingPaid),
    growth(segment.buyAndHold.totalReturn),
  ]);
  return table(columns, rows);
}

function gainFigure({ segments }: WalkForward, level: string): Html {
  const bars = segments.map(segment => ({
    name: labelOf(segment, segments),
    value: segment.forecasts.pool?.gain ?? null,
    interval: segment.forecasts.pool?.gainInterval ?? null,
  }));
  const better = bars.filter(({ value }) => value !== null && value > 0).length;
  const names = [...new Set(segments.flatMap(({ forecasts }) => Object.keys(forecasts)))];
  const columns = [
    { title: 'segment (UTC)', text: true as const },
    ...names.map(title => ({ title })),
  ];
  const rows = segments.map(segment => [
    nameOf(segment),
    ...names.map(name => {
      const gain = segment.forecasts[name as keyof Segment['forecasts']]?.gain ?? null;
      return toned(gain, signed(gain, 4));
    }),
  ]);
  return barFigure({
    ...{ id: 'gains', title: 'Gain of the pool in log-loss over the base rate, in nats', bars },
    text: `In ${better} of ${segments.length} segments the pool knew more than the base rate.`,
    textOf: signed,
    legend: legendOf([
      { name: 'better than the base rate', look: 'bar gain', path: 'M6 1h12v10H6z' },
      { name: 'worse', look: 'bar loss', path: 'M6 1h12v10H6z' },
      whisker(level),
    ]),
    table: table(columns, rows),
  });
}

function forecastTable({ forecasts }: Segment, level: string): Html {
  const titles = ['examples', 'log-loss', 'base rate', 'gain', level, 'Brier', 'base rate'];
  const columns = [
    { title: 'over all segments', text: true as const },
    ...titles.map(title => ({ title })),
  ];
  const rows = Object.entries(forecasts).map(([name, score]) => [
    name,
    decimal(score.examples, 0),
    decimal(score.logLoss, 4),
    decimal(score.baseLogLoss, 4),
    toned(score.gain, signed(score.gain, 4)),
    intervalText(score.gainInterval, bound => signed(bound, 4)),
    decimal(score.brier, 4),
    decimal(score.baseBrier, 4),
  ]);
  return table(columns, rows);
}
