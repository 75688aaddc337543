/**
 * The price chart: candles of one symbol, with entries, exits, stops and the lines of its position.
 */
import { html, type TemplateResult } from 'lit-html';
import type uPlot from 'uplot';
import type { CandleRow, Mark, PositionRow } from '../view.ts';
import { type Line, type Overlay, paintPrice } from './candle-paint.ts';
import { overTime, type Plan, timeAxis, timeSeries, valueAxis, written } from './chart.ts';
import { figure, memo } from './figure.ts';
import { fixed, price, quantity, timeframe, words } from './format.ts';
import type { Model } from './model.ts';
import type { Hands, Scene } from './scene.ts';
import { priceSummary } from './summary.ts';
import { moment, table } from './table.ts';

const WINDOWS = [60, 120, 500, 1500];
const ROWS_IN_TABLE = 20;

const unseen = (label: string): uPlot.Series => ({
  label,
  scale: 'y',
  paths: () => null,
  points: { show: false },
  value: written(price),
});

const plan: Plan = {
  height: 320,
  options: ink => ({
    ...overTime,
    // Half a candle of room at both ends, and a line of it above and below.
    scales: {
      x: { time: true, range: roomy },
      y: { range: { min: { pad: 0.08 }, max: { pad: 0.08 } } },
    },
    series: [timeSeries, ...['Open', 'High', 'Low', 'Close'].map(unseen)],
    axes: [timeAxis(ink), { ...valueAxis(ink, fixed), scale: 'y' }],
  }),
  paint: paintPrice,
};

function roomy(plot: uPlot, min: number, max: number): [number, number] {
  const times = plot.data[0];
  const candle = times.length > 1 ? (max - min) / times.length : 60_000;
  return [min - candle, max + candle];
}

const windowOf = memo((rows: readonly CandleRow[], count: number) => rows.slice(-count));

const dataOf = memo(
  (rows: readonly CandleRow[]) =>
    [0, 1, 2, 3, 4].map(column => rows.map(row => row[column]!)) as unknown as uPlot.AlignedData,
);

const overlayOf = memo(
  (marks: readonly Mark[], positions: readonly PositionRow[], symbol: string): Overlay => ({
    marks: marks.filter(mark => mark.symbol === symbol),
    lines: positions.filter(position => position.symbol === symbol).flatMap(linesOf),
  }),
);

function linesOf({ entryPrice, stop, takeProfit }: PositionRow): Line[] {
  const lines: Line[] = [{ name: `entry ${price(entryPrice)}`, price: entryPrice, ink: 'text' }];
  if (stop !== null) lines.push({ name: `stop ${price(stop)}`, price: stop, ink: 'loss' });
  if (takeProfit !== null)
    lines.push({ name: `target ${price(takeProfit)}`, price: takeProfit, ink: 'gain' });
  return lines;
}

export function priceFigure(scene: Scene, model: Model, hands: Hands): TemplateResult {
  const { symbol, candles } = scene;
  const { status, marks, positions } = model;
  const rows = windowOf(model.candles[symbol] ?? NONE, candles);
  return figure({
    id: 'price',
    title: `${symbol}, ${timeframe(status.timeframeMs)} candles in ${status.quote}`,
    summary: priceSummary(symbol, rows, status.quote),
    plan,
    data: dataOf(rows),
    overlay: overlayOf(marks, positions, symbol),
    controls: controls(scene, status.symbols, hands),
    signs: html`
      <p class="signs">
        ▲ long entry, ▼ short entry, ✕ exit, ▬ stop; hollow candles rose (where they are wide enough to tell); drag to zoom, double click
        to see all.
      </p>
    `,
    tables: html`${candleTable(symbol, rows, status.quote)} ${markTable(symbol, marks, status.quote)}`,
  });
}

const candleTable = (symbol: string, rows: readonly CandleRow[], quote: string): TemplateResult =>
  table<CandleRow>({
    caption: `The last ${ROWS_IN_TABLE} candles of ${symbol}`,
    columns: [
      { title: 'Opened', unit: 'UTC', cell: row => moment(row[0]) },
      ...['Open', 'High', 'Low', 'Close'].map((title, at) => ({
        title,
        unit: quote,
        cell: (row: CandleRow) => price(row[at + 1]),
      })),
      { title: 'Volume', unit: 'base', cell: row => quantity(row[5]) },
    ],
    rows: rows.slice(-ROWS_IN_TABLE).reverse(),
    empty: 'No candle yet.',
  });

const markTable = (symbol: string, marks: readonly Mark[], quote: string): TemplateResult =>
  table<Mark>({
    caption: `The last ${ROWS_IN_TABLE} entries, exits and stops of ${symbol}`,
    columns: [
      { title: 'Time', unit: 'UTC', cell: mark => moment(mark.time) },
      { title: 'Side', isText: true, cell: mark => mark.side },
      { title: 'Price', unit: quote, cell: mark => price(mark.price) },
      { title: 'What', isText: true, cell: mark => words(mark.text) },
    ],
    rows: marks
      .filter(mark => mark.symbol === symbol)
      .slice(-ROWS_IN_TABLE)
      .reverse(),
    empty: 'No entry, exit or stop yet.',
  });

const NONE: readonly CandleRow[] = [];

function controls(scene: Scene, symbols: readonly string[], hands: Hands): TemplateResult {
  const chosen = (event: Event): string => (event.target as HTMLSelectElement).value;
  return html`
    <div class="controls">
      <label
        >Symbol
        <select @change=${(event: Event) => hands.chooseSymbol(chosen(event))}>
          ${symbols.map(
            one => html`<option value=${one} .selected=${one === scene.symbol}>${one}</option>`,
          )}
        </select>
      </label>
      <label
        >Candles
        <select @change=${(event: Event) => hands.chooseCandles(Number(chosen(event)))}>
          ${WINDOWS.map(
            one => html`<option value=${one} .selected=${one === scene.candles}>${one}</option>`,
          )}
        </select>
      </label>
    </div>
  `;
}
