/**
 * The reliability plot: how often forecasts of a confidence came true. On the line they are honest.
 */
import type { TemplateResult } from 'lit-html';
import type uPlot from 'uplot';
import type { ReliabilityBin } from '../view.ts';
import { type Ink, type Plan, valueAxis, written } from './chart.ts';
import { figure, memo } from './figure.ts';
import { count, percent } from './format.ts';
import { reliabilitySummary } from './summary.ts';
import { table } from './table.ts';

const share = (value: number): string => percent(value, 0);
const whole = (): [number, number] => [0, 1];

const plan: Plan = {
  height: 260,
  options: ink => ({
    scales: { x: { time: false, range: whole }, y: { range: whole } },
    cursor: { drag: { x: false, y: false } },
    series: [
      { label: 'Confidence', value: written(share) },
      {
        label: 'Honest',
        stroke: ink.second,
        dash: [5, 4],
        width: 1,
        value: written(share),
        points: { show: false },
      },
      {
        label: 'Came true',
        stroke: ink.first,
        width: 1.5,
        value: written(share),
        points: { show: true, size: 7, fill: ink.first },
      },
    ],
    axes: [
      { ...valueAxis(ink, share), side: 2, size: 44, label: 'confidence', ...labelled(ink) },
      valueAxis(ink, share),
    ],
  }),
};

const labelled = (ink: Ink): uPlot.Axis => ({
  labelSize: 18,
  labelFont: '12px system-ui, sans-serif',
  stroke: ink.faint,
});

/** The line of honesty goes over the whole width, whatever bins there are. */
const dataOf = memo((bins: readonly ReliabilityBin[]): uPlot.AlignedData => {
  const seen = bins
    .filter(bin => bin.forecasts > 0)
    .sort((one, other) => one.confidence - other.confidence);
  const at = [0, ...seen.map(bin => bin.confidence), 1];
  return [at, at, [null, ...seen.map(bin => bin.won / bin.forecasts), null]];
});

export const reliabilityFigure = (bins: readonly ReliabilityBin[]): TemplateResult =>
  figure({
    id: 'reliability',
    title: 'Calibration: confidence and what came true',
    summary: reliabilitySummary(bins),
    plan,
    data: dataOf(bins),
    tables: table<ReliabilityBin>({
      caption: 'Forecasts by confidence',
      columns: [
        { title: 'Confidence', cell: bin => percent(bin.confidence, 1) },
        { title: 'Forecasts', cell: bin => count(bin.forecasts) },
        { title: 'Came true', cell: bin => count(bin.won) },
        {
          title: 'Share',
          cell: bin => percent(bin.forecasts === 0 ? null : bin.won / bin.forecasts, 1),
        },
      ],
      rows: bins,
      empty: 'No forecast has come due yet.',
    }),
  });
