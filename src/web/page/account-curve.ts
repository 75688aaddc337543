/**
 * The curves of the account: equity with balance, and how far equity is under water.
 */
import { html, type TemplateResult } from 'lit-html';
import type uPlot from 'uplot';
import type { EquityRow } from '../view.ts';
import { overTime, type Plan, timeAxis, timeSeries, valueAxis, written } from './chart.ts';
import { figure, memo } from './figure.ts';
import { fixed, money, percent } from './format.ts';
import type { Model } from './model.ts';
import { depthsOf, equitySummary, underwaterSummary } from './summary.ts';
import { type Column, moment, table } from './table.ts';

const ROWS_IN_TABLE = 20;

const equityPlan: Plan = {
  height: 220,
  options: ink => ({
    ...overTime,
    series: [
      timeSeries,
      { label: 'Balance', stroke: ink.second, dash: [5, 4], width: 1.25, value: written(money) },
      { label: 'Equity', stroke: ink.first, width: 1.75, value: written(money) },
    ],
    axes: [timeAxis(ink), valueAxis(ink, fixed)],
  }),
};

const share = (value: number): string => percent(value, 2);

const underwaterPlan: Plan = {
  height: 140,
  options: ink => ({
    ...overTime,
    scales: { y: { range: (_, min) => [Math.min(min * 1.1, -0.001), 0] } },
    series: [
      timeSeries,
      {
        label: 'Below the highest',
        stroke: ink.loss,
        fill: ink.loss.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.18)'),
        width: 1.5,
        value: written(share),
      },
    ],
    axes: [
      timeAxis(ink),
      valueAxis(ink, (value, digits) => percent(value, Math.max(0, digits - 2))),
    ],
  }),
};

interface Curves {
  readonly equity: uPlot.AlignedData;
  readonly depths: readonly number[];
  readonly underwater: uPlot.AlignedData;
}

const curvesOf = memo((rows: readonly EquityRow[]): Curves => {
  const times = rows.map(row => row[0]);
  const depths = depthsOf(rows);
  return {
    equity: [times, rows.map(row => row[1]), rows.map(row => row[2])],
    depths,
    underwater: [times, depths],
  };
});

interface Point {
  readonly row: EquityRow;
  readonly depth: number;
}

export function accountCurves({ equity: rows, status }: Model): TemplateResult {
  const { equity, depths, underwater } = curvesOf(rows);
  const from = Math.max(0, rows.length - ROWS_IN_TABLE);
  const last: readonly Point[] = rows
    .slice(from)
    .map((row, at) => ({ row, depth: depths[from + at] ?? 0 }))
    .reverse();
  const time: Column<Point> = { title: 'Time', unit: 'UTC', cell: ({ row }) => moment(row[0]) };
  const empty = 'No point yet.';
  return html`
    ${figure({
      id: 'equity',
      title: `Equity in ${status.quote}`,
      summary: equitySummary(rows, status.quote),
      plan: equityPlan,
      data: equity,
      tables: table<Point>({
        caption: `The last ${ROWS_IN_TABLE} points of equity`,
        columns: [
          time,
          { title: 'Balance', unit: status.quote, cell: ({ row }) => money(row[1]) },
          { title: 'Equity', unit: status.quote, cell: ({ row }) => money(row[2]) },
        ],
        rows: last,
        empty,
      }),
    })}
    ${figure({
      id: 'underwater',
      title: 'Under water: below the highest equity shown',
      summary: underwaterSummary(depths),
      plan: underwaterPlan,
      data: underwater,
      tables: table<Point>({
        caption: `The last ${ROWS_IN_TABLE} points under water`,
        columns: [time, { title: 'Below the highest', cell: ({ depth }) => percent(depth) }],
        rows: last,
        empty,
      }),
    })}
  `;
}
