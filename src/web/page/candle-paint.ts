/**
 * Candles, and what happened on them, painted on a price chart.
 *
 * Promises: shape says what colour says: a candle that rose is hollow, one that fell is filled;
 * entries are arrows, exits crosses, stops bars; lines of an open position carry their name.
 */
import type uPlot from 'uplot';
import type { Mark } from '../view.ts';
import type { Ink } from './chart.ts';

export interface Line {
  readonly name: string;
  readonly price: number;
  readonly ink: 'text' | 'gain' | 'loss';
}

export interface Overlay {
  readonly marks: readonly Mark[];
  readonly lines: readonly Line[];
}

const MARK_SIZE = 6;

export function paintPrice(plot: uPlot, ink: Ink, overlay: unknown): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paintCandles(plot, ink);
  if (overlay !== null) {
    const { marks, lines } = overlay as Overlay;
    for (const line of lines) paintLine(plot, ink, line);
    for (const mark of marks) paintMark(plot, ink, mark);
  }
  ctx.restore();
}

function paintCandles(plot: uPlot, ink: Ink): void {
  const [times, open, high, low, close] = plot.data as unknown as readonly number[][];
  if (!times || !open || !high || !low || !close) return;
  const [from, to] = plot.series[0]?.idxs ?? [0, times.length - 1];
  const { ctx } = plot;
  const width = candleWidth(plot, times, from, to);
  const y = (value: number): number => Math.round(plot.valToPos(value, 'y', true));
  ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
  for (let at = from; at <= to; at += 1) {
    const x = Math.round(plot.valToPos(times[at]!, 'x', true)) + 0.5;
    const rose = close[at]! >= open[at]!;
    ctx.strokeStyle = ctx.fillStyle = rose ? ink.gain : ink.loss;
    const top = y(Math.max(open[at]!, close[at]!));
    const bottom = Math.max(top + 1, y(Math.min(open[at]!, close[at]!)));
    ctx.beginPath();
    ctx.moveTo(x, y(high[at]!));
    ctx.lineTo(x, top);
    ctx.moveTo(x, bottom);
    ctx.lineTo(x, y(low[at]!));
    ctx.stroke();
    if (rose && width >= 3) ctx.strokeRect(x - width / 2, top + 0.5, width, bottom - top);
    else ctx.fillRect(x - width / 2, top, width, bottom - top);
  }
}

/** Seven tenths of the room of one, and never so wide that two touch. */
function candleWidth(plot: uPlot, times: readonly number[], from: number, to: number): number {
  let gap = Number.POSITIVE_INFINITY;
  for (let at = from + 1; at <= to; at += 1) gap = Math.min(gap, times[at]! - times[at - 1]!);
  const start = times[from] ?? 0;
  const room = plot.valToPos(start + gap, 'x', true) - plot.valToPos(start, 'x', true);
  return Math.min(14 * devicePixelRatio, Math.max(1, Number.isFinite(room) ? room * 0.7 : 6));
}

function paintLine(plot: uPlot, ink: Ink, { name, price, ink: colour }: Line): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(price, 'y', true)) + 0.5;
  ctx.strokeStyle = ctx.fillStyle = ink[colour];
  ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  paintName(plot, ink, name, y);
}

/** On a ground of its own, or candles would strike it through. */
function paintName({ ctx, bbox }: uPlot, ink: Ink, name: string, y: number): void {
  const gap = 4 * devicePixelRatio;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const colour = ctx.fillStyle;
  ctx.fillStyle = ink.surface;
  ctx.fillRect(bbox.left, y - 2 * gap, ctx.measureText(name).width + 2 * gap, 4 * gap);
  ctx.fillStyle = colour;
  ctx.fillText(name, bbox.left + gap, y);
}

function paintMark(plot: uPlot, ink: Ink, { kind, side, time, price }: Mark): void {
  const { ctx } = plot;
  const size = MARK_SIZE * devicePixelRatio;
  const x = plot.valToPos(time, 'x', true);
  const y = plot.valToPos(price, 'y', true);
  ctx.beginPath();
  if (kind === 'entry') arrow(ctx, x, y, side === 'long' ? size : -size);
  else if (kind === 'exit') cross(ctx, x, y, size * 0.7);
  else ctx.rect(x - size, y - 1, 2 * size, 2);
  ctx.strokeStyle = ctx.fillStyle = kind === 'stop' ? ink.loss : ink.first;
  ctx.lineWidth = 2 * devicePixelRatio;
  if (kind === 'exit') ctx.stroke();
  else ctx.fill();
}

/** Its tip is at the price; a positive size points up. */
function arrow(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.moveTo(x, y);
  ctx.lineTo(x - Math.abs(size), y + 1.6 * size);
  ctx.lineTo(x + Math.abs(size), y + 1.6 * size);
  ctx.closePath();
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.moveTo(x - size, y - size);
  ctx.lineTo(x + size, y + size);
  ctx.moveTo(x - size, y + size);
  ctx.lineTo(x + size, y - size);
}
