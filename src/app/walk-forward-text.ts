/**
 * The walk-forward report as tables for people.
 *
 * Promises: the figures of the report, no others; what is not known is `–`.
 */
import type { Interval } from '../base/bootstrap.ts';
import { decimal, percent, signed, signedPercent, UNKNOWN } from './number-text.ts';
import { reliabilityText } from './reliability-text.ts';
import { type Column, type Row, table } from './table.ts';
import type { Segment, WalkForward } from './walk-forward.ts';

const right = (title: string): Column => ({ title, align: 'right' });

export const NOTHING_FORECAST = 'No forecast was made whose outcome is known.';

export function walkForwardText(report: WalkForward): string {
  const { segments, overall, reliability, bootstrap } = report;
  if (overall === null) return 'Walk-forward: nothing was traded, so there is nothing to report.';
  const level = `${decimal(bootstrap.level * 100, 0)} %`;
  const all = [...segments, overall];
  return [
    'Walk-forward: out of sample, segment by segment (UTC)',
    tradingTable(all, level),
    ...forecastTables(all, level),
    ...(reliability === null ? [] : [reliabilityText(reliability, 'proposals')]),
  ].join('\n\n');
}

function tradingTable(segments: readonly Segment[], level: string): string {
  const columns = [
    { title: 'segment' },
    right('return'),
    right(level),
    right('Sharpe'),
    right(level),
    right('max DD'),
    right('trades'),
    right('fees'),
    right('buy & hold'),
  ];
  const rows = segments.map((segment, index) => [
    nameOf(segment, index === segments.length - 1),
    signedPercent(segment.totalReturn),
    intervalText(segment.totalReturnInterval, bound => signedPercent(bound, 1)),
    decimal(segment.sharpe),
    intervalText(segment.sharpeInterval, bound => decimal(bound, 1)),
    percent(segment.maxDrawdown),
    decimal(segment.trades, 0),
    decimal(segment.feesPaid),
    signedPercent(segment.buyAndHold.totalReturn),
  ]);
  return table(columns, rows);
}

const nameOf = ({ from, to }: Segment, isWhole: boolean): string =>
  isWhole ? 'all' : from === to ? from : `${from} to ${to}`;

/** Each forecaster over everything, then its gain per segment. */
function forecastTables(segments: readonly Segment[], level: string): string[] {
  const overall = segments.at(-1) as Segment;
  const scores = Object.entries(overall.forecasts);
  if (scores.length === 0) return [NOTHING_FORECAST];
  const columns = [
    { title: 'forecasts' },
    ...['examples', 'log-loss', 'base rate', 'gain', level, 'Brier', 'base rate'].map(right),
  ];
  const rows = scores.map(
    ([name, score]): Row => [
      name,
      decimal(score.examples, 0),
      decimal(score.logLoss, 4),
      decimal(score.baseLogLoss, 4),
      signed(score.gain, 4),
      intervalText(score.gainInterval, bound => signed(bound, 4)),
      decimal(score.brier, 4),
      decimal(score.baseBrier, 4),
    ],
  );
  const names = Object.keys(overall.forecasts) as (keyof typeof overall.forecasts)[];
  const gains = segments.map((segment, index) => [
    nameOf(segment, index === segments.length - 1),
    ...names.map(name => signed(segment.forecasts[name]?.gain ?? null, 4)),
  ]);
  return [
    table(columns, rows),
    table([{ title: 'gain in log-loss over the base rate' }, ...names.map(right)], gains),
  ];
}

export const intervalText = (interval: Interval | null, text: (bound: number) => string): string =>
  interval === null ? UNKNOWN : `${text(interval.low)} to ${text(interval.high)}`;
