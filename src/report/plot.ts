/**
 * Plots: a frame with axes, and the scales that go with it.
 *
 * Promises: pure SVG; coordinates of one decimal at most; colours are the page's, by class.
 */
import { extent } from 'd3-array';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { percent } from '../app/number-text.ts';
import { type Millis, utcDate, utcMinute } from '../base/time.ts';
import { type Html, html } from './html.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
}

export const WIDE: Frame = { width: 960, height: 300 };
export const LOW: Frame = { width: 960, height: 180 };
export const SQUARE: Frame = { width: 460, height: 340 };

export const MARGIN = { left: 72, right: 24, top: 12, bottom: 28 };

/** What a scale does here. */
export interface Axis<T = number> {
  (value: T): number;
  ticks(count?: number): T[];
}

/** 12.3456 → 12.3: a tenth of a pixel is seen by nobody. */
export const at = (pixel: number): number => Math.round(pixel * 10) / 10 + 0;

export function timeAxis([from, to]: readonly [Millis, Millis], { width }: Frame): Axis<Date> {
  // A single moment would have no width.
  const until = to > from ? to : from + 1;
  return scaleUtc([new Date(from), new Date(until)], [MARGIN.left, width - MARGIN.right]);
}

export const across = ([from, to]: readonly [number, number], { width }: Frame): Axis =>
  scaleLinear(apart(from, to), [MARGIN.left, width - MARGIN.right]).nice();

export const upward = ([from, to]: readonly [number, number], { height }: Frame): Axis =>
  scaleLinear(apart(from, to), [height - MARGIN.bottom, MARGIN.top]).nice();

const apart = (from: number, to: number): [number, number] =>
  from === to ? [from - (Math.abs(from) || 1) * 0.01, to + (Math.abs(to) || 1) * 0.01] : [from, to];

/** Least and most of the values; 0 to 1 where there are none. */
export function rangeOf(values: Iterable<number>): [number, number] {
  const [least, most] = extent(values);
  return least === undefined || most === undefined ? [0, 1] : [least, most];
}

/** With as many decimals as tell a value from its neighbours; of a share, as a share. */
export type ValueText = (value: number, decimals: number) => string;

function decimalsOf([first = 0, second = first + 1]: readonly number[]): number {
  let [decimals, step] = [0, Math.abs(second - first)];
  for (; step > 0 && step < 0.999 && decimals < 9; decimals += 1) step *= 10;
  return decimals;
}

/** Per cent are two decimals less. */
export const percentText: ValueText = (value, decimals) =>
  percent(value, Math.max(0, decimals - 2));

/** Horizontal lines with their values at the left. */
export function valueLines(axis: Axis, { width }: Frame, textOf: ValueText): Html {
  const values = axis.ticks(5);
  const decimals = decimalsOf(values);
  const lines = values.map(value => {
    const y = at(axis(value));
    return html`<path class="grid" d="M${MARGIN.left} ${y}H${width - MARGIN.right}"/><text x="${MARGIN.left - 8}" y="${y + 4}" text-anchor="end">${textOf(value, decimals)}</text>`;
  });
  return html`<g class="axis">${lines}</g>`;
}

interface Mark {
  readonly x: number;
  readonly text: string;
}

/** Marks along the bottom. */
function bottomMarks(marks: readonly Mark[], { height }: Frame): Html {
  const y = height - MARGIN.bottom;
  const ticks = marks.map(
    ({ x, text }) =>
      html`<path class="tick" d="M${at(x)} ${y}v5"/><text x="${at(x)}" y="${y + 19}" text-anchor="middle">${text}</text>`,
  );
  return html`<g class="axis">${ticks}</g>`;
}

export const timeMarks = (axis: Axis<Date>, frame: Frame): Html =>
  bottomMarks(
    axis.ticks(8).map((time, index) => ({ x: axis(time), text: markText(time, index === 0) })),
    frame,
  );

/** The first says the year too. */
function markText(time: Date, isFirst: boolean): string {
  const text = timeText(time.getTime());
  const [year = ''] = utcDate(time.getTime()).split('-');
  return !isFirst || text === year ? text : `${text} ${year}`;
}

export function valueMarks(axis: Axis, frame: Frame, textOf: ValueText): Html {
  const values = axis.ticks(6);
  const decimals = decimalsOf(values);
  return bottomMarks(
    values.map(value => ({ x: axis(value), text: textOf(value, decimals) })),
    frame,
  );
}

export const marksAt = (marks: readonly Mark[], frame: Frame): Html => bottomMarks(marks, frame);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const monthName = (month: number): string => MONTHS[month] ?? '';

/** As little of a time as tells it from its neighbours: a year, a month, a day, a minute. */
function timeText(time: Millis): string {
  const [date = '', clock = ''] = utcMinute(time).split(' ');
  const [year = '', month = '', day = ''] = date.split('-');
  if (clock !== '00:00') return clock;
  const name = monthName(Number(month) - 1);
  if (day !== '01') return `${Number(day)} ${name}`;
  return month === '01' ? year : name;
}

/** A level line that the eye measures by. */
export const levelLine = (axis: Axis, value: number, { width }: Frame): Html =>
  html`<path class="zero" d="M${MARGIN.left} ${at(axis(value))}H${width - MARGIN.right}"/>`;
