/**
 * The reliability plots: how often forecasts of a confidence came true. On the line they are honest.
 */
import { html, type TemplateResult } from 'lit-html';
import type uPlot from 'uplot';
import type { Calibration, ReliabilityBin } from '../view.ts';
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
const dataFrom = () =>
  memo((bins: readonly ReliabilityBin[]): uPlot.AlignedData => {
    const seen = [...bins].sort((one, other) => one.confidence - other.confidence);
    const at = [0, ...seen.map(bin => bin.confidence), 1];
    return [at, at, [null, ...seen.map(bin => bin.won / bin.forecasts), null]];
  });

/** Each chart keeps its own. */
const dataOf: Readonly<Record<Calibration['id'], ReturnType<typeof dataFrom>>> = {
  ensemble: dataFrom(),
  'signal-model': dataFrom(),
  'deep-signal-model': dataFrom(),
};

const titleOf = ({ title }: Calibration): string => `Calibration of the ${title}`;

/** In words alone where nothing was judged. */
export function calibrationFigure(given: Calibration): TemplateResult {
  const id = `calibration-${given.id}`;
  if (given.bins.length === 0)
    return html`
      <section class="card" aria-labelledby="${id}-title">
        <h2 id="${id}-title">${titleOf(given)}</h2>
        <p class="empty">${given.note}</p>
      </section>
    `;
  return figure({
    ...{ id, title: titleOf(given), plan, data: dataOf[given.id](given.bins) },
    summary: `${reliabilitySummary(given.bins)} ${given.note}`,
    tables: table<ReliabilityBin>({
      caption: `${titleOf(given)}: forecasts by confidence`,
      columns: [
        { title: 'Confidence', cell: bin => percent(bin.confidence, 1) },
        { title: 'Forecasts', cell: bin => count(bin.forecasts) },
        { title: 'Came true', cell: bin => count(bin.won) },
        { title: 'Share', cell: bin => percent(bin.won / bin.forecasts, 1) },
      ],
      rows: given.bins,
      empty: given.note,
    }),
  });
}
