/**
 * Every kept trade as a sign: its profit ratio by when it was left, and by how long it was held.
 *
 * Promises: each exit reason has a colour and a shape of its own. Trades that fall on the same pixel
 * are drawn once; the tables count all of them.
 */
import { mean, median } from 'd3-array';
import { scaleLog } from 'd3-scale';
import { decimal, durationText, percent, signedPercent } from '../app/number-text.ts';
import type { TradesView, TradeView } from '../app/report-view.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, utcMinute } from '../base/time.ts';
import { figure, legendOf } from './figure.ts';
import { type Html, html } from './html.ts';
import {
  levelLine,
  MARGIN,
  marksAt,
  percentText,
  rangeOf,
  timeAxis,
  timeMarks,
  upward,
  valueLines,
  WIDE,
} from './plot.ts';
import { table, toned } from './table.ts';

/** Drawn with the pen at a place: short, since there are thousands of them. */
const SIGNS = [
  'm-4 0h8',
  'm-3-3l6 6m-6 0l6-6',
  'm-4 0h8m-4-4v8',
  'm0-4l4 7h-8z',
  'm0 4l4-7h-8z',
  'm0-4l4 4-4 4-4-4z',
  'm-3-3h6v6h-6z',
];

/** From here on signs are drawn fainter, so that it is seen where they lie close. */
const CROWD = 1500;

interface Reason {
  readonly name: string;
  /** Place among the signs and colours. */
  readonly place: number;
  readonly trades: readonly TradeView[];
}

export function scatterFigures(trades: TradesView): Html {
  const { rows } = trades;
  if (rows.length === 0) return html`<p class="none">No trades yet.</p>`;
  const reasons = [...Map.groupBy(rows, ({ exitReason }) => exitReason)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own], place): Reason => ({ name, place: place % SIGNS.length, trades: own }));
  return html`${byTime(trades, reasons)}${byDuration(trades, reasons)}`;
}

const ratiosOf = (rows: readonly TradeView[]) =>
  upward(rangeOf([0, ...rows.map(({ profitRatio }) => profitRatio)]), WIDE);

/** One path a reason: thousands of elements would be slow to draw and large. */
function signsOf(
  reasons: readonly Reason[],
  placeOf: (trade: TradeView) => [x: number, y: number],
): Html {
  const paths = reasons.map(({ place, trades }) => {
    const places = new Set(trades.map(trade => `M${placeOf(trade).map(Math.round).join(' ')}`));
    const path = [...places].map(start => start + SIGNS[place]).join('');
    return html`<path class="sign c${place}" d="${path}"/>\n`;
  });
  const count = reasons.reduce((sum, { trades }) => sum + trades.length, 0);
  return count > CROWD ? html`<g class="crowd">${paths}</g>` : html`<g>${paths}</g>`;
}

const legend = (reasons: readonly Reason[]): Html =>
  legendOf(
    reasons.map(({ name, place, trades }) => ({
      name: `${name} (${decimal(trades.length, 0)})`,
      ...{ look: `sign c${place}`, path: `M12 6${SIGNS[place]}` },
    })),
  );

function byTime({ rows, count }: TradesView, reasons: readonly Reason[]): Html {
  const times = rangeOf(rows.map(({ exitTime }) => exitTime));
  const x = timeAxis(times, WIDE);
  const y = ratiosOf(rows);
  const signs = signsOf(reasons, trade => [x(new Date(trade.exitTime)), y(trade.profitRatio)]);
  return figure({
    ...{ id: 'trades-by-time', title: 'Trades by exit time: net profit over the margin put up' },
    ...{ frame: WIDE, legend: legend(reasons) },
    text: `${decimal(rows.length, 0)} trades left from ${utcMinute(times[0])} to ${utcMinute(times[1])} UTC, by exit reason; the table has each reason’s figures.`,
    note: `Drawn: ${keptText(rows.length, count)}.`,
    plot: html`${valueLines(y, WIDE, percentText)}${timeMarks(x, WIDE)}${levelLine(y, 0, WIDE)}${signs}`,
    table: reasonTable(reasons),
  });
}

/** Which trades something is of: `all 72 trades`. */
export const keptText = (kept: number, count: number): string =>
  kept < count
    ? `the last ${decimal(kept, 0)} of ${decimal(count, 0)} trades (older ones are kept in the totals alone)`
    : `all ${decimal(count, 0)} trades`;

const LENGTHS: readonly (readonly [ms: number, name: string])[] = [
  [MINUTE_MS, '1m'],
  [5 * MINUTE_MS, '5m'],
  [15 * MINUTE_MS, '15m'],
  [HOUR_MS, '1h'],
  [4 * HOUR_MS, '4h'],
  [12 * HOUR_MS, '12h'],
  [DAY_MS, '1d'],
  [3 * DAY_MS, '3d'],
  [10 * DAY_MS, '10d'],
  [30 * DAY_MS, '30d'],
  [100 * DAY_MS, '100d'],
];

function byDuration({ rows, count }: TradesView, reasons: readonly Reason[]): Html {
  const lengthOf = ({ durationMs }: TradeView): number => Math.max(MINUTE_MS / 2, durationMs);
  const [least, most] = rangeOf(rows.map(lengthOf));
  const x = scaleLog([least / 1.2, most * 1.2], [MARGIN.left, WIDE.width - MARGIN.right]);
  const y = ratiosOf(rows);
  const marks = LENGTHS.filter(([ms]) => ms >= least / 1.2 && ms <= most * 1.2);
  const signs = signsOf(reasons, trade => [x(lengthOf(trade)), y(trade.profitRatio)]);
  return figure({
    ...{ id: 'trades-by-duration', title: 'Trades by duration: net profit over the margin put up' },
    ...{ frame: WIDE, legend: legend(reasons) },
    text: `Durations from ${durationText(least)} to ${durationText(most)}, on a logarithmic scale; half of the trades were left within ${durationText(median(rows, lengthOf) ?? null)}.`,
    note: `Drawn: ${keptText(rows.length, count)}.`,
    plot: html`${valueLines(y, WIDE, percentText)}${marksAt(
      marks.map(([ms, text]) => ({ x: x(ms), text })),
      WIDE,
    )}${levelLine(y, 0, WIDE)}${signs}`,
    table: durationTable(rows),
  });
}

function reasonTable(reasons: readonly Reason[]): Html {
  const columns = [
    { title: 'exit reason', text: true as const },
    ...FIGURES.map(title => ({ title })),
  ];
  return table(
    columns,
    reasons.map(({ name, trades }) => [name, ...figuresOf(trades)]),
  );
}

const FIGURES = ['trades', 'won', 'mean ratio', 'median', 'best', 'worst', 'median duration'];

function figuresOf(trades: readonly TradeView[]) {
  const ratios = trades.map(({ profitRatio }) => profitRatio);
  const [worst, best] = rangeOf(ratios);
  const own = (value: number) => toned(value, signedPercent(value));
  return [
    decimal(trades.length, 0),
    percent(trades.filter(({ profit }) => profit > 0).length / trades.length, 1),
    ...[mean(ratios) ?? 0, median(ratios) ?? 0, best, worst].map(own),
    durationText(median(trades, ({ durationMs }) => durationMs) ?? null),
  ];
}

function durationTable(rows: readonly TradeView[]): Html {
  const columns = [{ title: 'held', text: true as const }, ...FIGURES.map(title => ({ title }))];
  const spans = [0, ...LENGTHS.map(([ms]) => ms), Number.POSITIVE_INFINITY];
  const groups = spans.slice(1).flatMap((until, index) => {
    const from = spans[index] ?? 0;
    const own = rows.filter(({ durationMs }) => durationMs >= from && durationMs < until);
    const name =
      from === 0
        ? `below ${durationText(until)}`
        : Number.isFinite(until)
          ? `${durationText(from)} to ${durationText(until)}`
          : `${durationText(from)} and more`;
    return own.length === 0 ? [] : [[name, ...figuresOf(own)]];
  });
  return table(columns, groups);
}
