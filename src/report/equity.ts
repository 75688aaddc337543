/**
 * The equity curve, beside buying and holding where that is known, and how far it was under water.
 *
 * Promises: no peak and no trough is lost where points are left out for the eye's sake.
 */
import { area, line } from 'd3-shape';
import { decimal, percent, signedPercent } from '../app/number-text.ts';
import type { EquityPointView, ReportView } from '../app/report-view.ts';
import { type Millis, utcDate, utcMinute } from '../base/time.ts';
import { figure, legendOf } from './figure.ts';
import { type Html, html } from './html.ts';
import {
  at,
  type Frame,
  LOW,
  levelLine,
  percentText,
  rangeOf,
  timeAxis,
  timeMarks,
  upward,
  valueLines,
  WIDE,
} from './plot.ts';
import { table, toned } from './table.ts';

type Point = readonly [time: Millis, value: number];

export function equityFigures(view: ReportView): Html {
  const { points } = view.equity;
  if (points.length < 2)
    return html`<p class="none">Too little was marked to draw a curve: ${points.length} equity points.</p>`;
  return html`${equityFigure(view)}${underwaterFigure(view)}${besideHold(view)}`;
}

function equityFigure(view: ReportView): Html {
  const { quote, metrics } = view;
  const own = view.equity.points.map(([time, equity]): Point => [time, equity]);
  return figure({
    ...{ id: 'equity', title: `Equity in ${quote}`, frame: WIDE },
    ...lines(WIDE, metrics.startBalance, [
      { name: 'equity, open positions marked to market', look: 'equity', points: own },
    ]),
    text: `From ${decimal(metrics.startBalance)} to ${decimal(metrics.finalEquity)} ${quote}, ${signedPercent(metrics.totalReturn)}.`,
    note: keptNote(view),
    table: monthTable(view),
  });
}

/** On a scale of its own: what the market did may dwarf what the bot did. */
function besideHold({ equity, hold, quote, metrics }: ReportView): Html | null {
  if (hold === null || hold.points.length < 2) return null;
  const [begin = 0] = hold.points[0] ?? [];
  const during = equity.points.filter(([time]) => time >= begin);
  const own = during.map(([time, value]): Point => [time, value]);
  const days = hold.points.slice(1);
  const ends = new Map(days.map(([time, worth]) => [utcDate(time - 1).slice(0, 7), worth]));
  const columns = [{ title: 'month (UTC)', text: true as const }, { title: `worth in ${quote}` }];
  return figure({
    ...{ id: 'hold', title: 'Equity beside buying and holding', frame: LOW },
    ...lines(LOW, own[0]?.[1] ?? metrics.startBalance, [
      { name: 'equity', look: 'equity', points: own },
      { name: 'buy and hold, no costs', look: 'hold', points: hold.points },
    ]),
    text: `Buying and holding came to ${signedPercent(hold.totalReturn)}, at most ${percent(hold.maxDrawdown)} below its peak.`,
    table: table(
      columns,
      [...ends].map(([month, worth]) => [month, decimal(worth)]),
    ),
  });
}

interface Line {
  readonly name: string;
  /** Class of the line. */
  readonly look: string;
  readonly points: readonly Point[];
}

function lines(frame: Frame, start: number, drawn: readonly Line[]) {
  const all = drawn.flatMap(({ points }) => points);
  const x = timeAxis(rangeOf(all.map(([time]) => time)), frame);
  const y = upward(rangeOf([start, ...all.map(([, value]) => value)]), frame);
  const draw = line<Point>(
    ([time]) => at(x(new Date(time))),
    ([, value]) => at(y(value)),
  );
  const paths = drawn.map(
    ({ look, points }) => html`<path class="line ${look}" d="${draw(thin(points)) ?? ''}"/>\n`,
  );
  return {
    plot: html`${valueLines(y, frame, decimal)}${timeMarks(x, frame)}${levelLine(y, start, frame)}
${paths}`,
    legend: legendOf([
      ...drawn.map(({ name, look }) => ({ name, look: `line ${look}`, path: 'M0 6h24' })),
      { name: 'start', look: 'zero', path: 'M0 6h24' },
    ]),
  };
}

/** Where each month ended. */
function monthTable({ equity, quote }: ReportView): Html {
  const ends = new Map<string, EquityPointView>();
  const deepest = new Map<string, number>();
  for (const point of equity.points) {
    const month = utcDate(point[0]).slice(0, 7);
    ends.set(month, point);
    deepest.set(month, Math.max(deepest.get(month) ?? 0, point[2]));
  }
  const columns = [
    { title: 'last point of the month (UTC)', text: true as const },
    { title: `equity in ${quote}` },
    { title: 'below the peak then' },
    { title: 'at most in the month' },
  ];
  const rows = [...ends].map(([month, [time, value, drawdown]]) => [
    utcMinute(time),
    decimal(value),
    percent(drawdown),
    percent(deepest.get(month) ?? 0),
  ]);
  return table(columns, rows);
}

function keptNote({ equity }: ReportView): string {
  const { dailyUntil, leavesOutImported } = equity;
  const daily =
    dailyUntil === null
      ? 'Every equity point: one an hour of market time, and one for each closed trade.'
      : `The last 10,000 equity points are kept: before ${utcMinute(dailyUntil)} there is one a day.`;
  return leavesOutImported
    ? `${daily} An imported curve of another market’s time is not drawn.`
    : daily;
}

function underwaterFigure(view: ReportView): Html {
  const { metrics, equity, quote } = view;
  const points = thin(equity.points.map(([time, , drawdown]): Point => [time, -drawdown]));
  const x = timeAxis(rangeOf(points.map(([time]) => time)), LOW);
  const y = upward([Math.min(-0.0001, rangeOf(points.map(([, value]) => value))[0]), 0], LOW);
  const shape = area<Point>()
    .x(([time]) => at(x(new Date(time))))
    .y0(at(y(0)))
    .y1(([, value]) => at(y(value)));
  const plot = html`${valueLines(y, LOW, percentText)}${timeMarks(x, LOW)}
<path class="water" d="${shape(points) ?? ''}"/>`;
  const deepest = equity.points.reduce((a, b) => (b[2] > a[2] ? b : a));
  return figure({
    ...{ id: 'underwater', title: 'Under water: share below the highest equity so far' },
    ...{ frame: LOW, plot },
    text: `At most ${percent(deepest[2])} below the peak, at ${utcMinute(deepest[0])} UTC.`,
    note: `Drawn of the points that are kept. The max drawdown over every point ever marked is ${percent(metrics.maxDrawdown)} (${decimal(metrics.maxDrawdownAmount)} ${quote}).`,
    table: worstTable(equity.points),
  });
}

const FALLS_SHOWN = 10;

interface Fall {
  readonly from: Millis;
  /** When it was made good; null: not yet. */
  until: Millis | null;
  depth: number;
  lowest: Millis;
}

/** Spells under water, the deepest first. */
function worstTable(points: readonly EquityPointView[]): Html {
  const falls: Fall[] = [];
  let open: Fall | null = null;
  for (const [time, , drawdown] of points) {
    if (drawdown === 0) {
      if (open !== null) open.until = time;
      open = null;
      continue;
    }
    if (open === null) {
      open = { from: time, until: null, depth: 0, lowest: time };
      falls.push(open);
    }
    if (drawdown > open.depth) Object.assign(open, { depth: drawdown, lowest: time });
  }
  const rows = falls
    .toSorted((a, b) => b.depth - a.depth || a.from - b.from)
    .slice(0, FALLS_SHOWN)
    .map(({ from, until, depth, lowest }) => [
      utcMinute(from),
      utcMinute(lowest),
      until === null ? 'not yet' : utcMinute(until),
      toned(-depth, percent(-depth)),
    ]);
  const texts = ['under water since (UTC)', 'lowest', 'made good'];
  const columns = [...texts.map(title => ({ title, text: true as const })), { title: 'depth' }];
  return table(columns, rows, `the ${FALLS_SHOWN} deepest`);
}

/** Pixels of a plot: more points than a few each are seen by nobody. */
const BUCKETS = 900;

/** First, least, most and last of each of so many stretches of time. */
export function thin(points: readonly Point[], buckets = BUCKETS): readonly Point[] {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined || points.length <= 4 * buckets) return points;
  const width = (last[0] - first[0]) / buckets;
  const kept: Point[] = [];
  let bucket: Point[] = [];
  const close = (): void => {
    const [begin, end] = [bucket.at(0), bucket.at(-1)];
    if (begin === undefined || end === undefined) return;
    const least = bucket.reduce((a, b) => (b[1] < a[1] ? b : a));
    const most = bucket.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...new Set([begin, least, most, end].toSorted((a, b) => a[0] - b[0])));
    bucket = [];
  };
  let edge = first[0] + width;
  for (const point of points) {
    while (point[0] > edge && point !== last) {
      close();
      edge += width;
    }
    bucket.push(point);
  }
  close();
  return kept;
}
