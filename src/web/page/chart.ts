/**
 * `<time-chart>`: a uPlot chart as an element, so that a template can hold one.
 *
 * Promises: as wide as its place; drawn in the colours of the page, also after they change; a
 * person's zoom stays while data flows in (double click: all of it again). Never: speaks to a
 * screen reader: what stands beside it does.
 */
import uPlot from 'uplot';
import { clock, date, day, minute, UNKNOWN } from './format.ts';

/** The page's colours, as a canvas takes them. */
export type Ink = Readonly<Record<(typeof INKS)[number], string>>;
const INKS = ['surface', 'text', 'faint', 'grid', 'gain', 'loss', 'first', 'second'] as const;

export interface Plan {
  readonly height: number;
  readonly options: (ink: Ink) => Omit<uPlot.Options, 'width' | 'height'>;
  /** Over the series: candles, marks. */
  readonly paint?: (plot: uPlot, ink: Ink, overlay: unknown) => void;
}

export class TimeChart extends HTMLElement {
  #plan: Plan | null = null;
  #rows: uPlot.AlignedData = [[]];
  #overlay: unknown = null;
  #plot: uPlot | null = null;
  #isZoomed = false;
  readonly #size = new ResizeObserver(() => this.#fit());
  readonly #redraw = (): void => this.#build();

  set plan(plan: Plan) {
    if (plan === this.#plan) return;
    this.#plan = plan;
    if (this.isConnected) this.#build();
  }

  set rows(rows: uPlot.AlignedData) {
    const former = this.#rows;
    this.#rows = rows;
    // Of another size of window or symbol, the zoom means nothing.
    if ((rows[0][0] ?? 0) < (former[0][0] ?? 0)) this.#isZoomed = false;
    this.#plot?.setData(rows, !this.#isZoomed);
    if (this.#isZoomed) this.#plot?.redraw();
  }

  set overlay(overlay: unknown) {
    this.#overlay = overlay;
    this.#plot?.redraw(false);
  }

  connectedCallback(): void {
    this.#size.observe(this);
    addEventListener('theme', this.#redraw);
    this.#build();
  }

  disconnectedCallback(): void {
    this.#size.disconnect();
    removeEventListener('theme', this.#redraw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #build(): void {
    const plan = this.#plan;
    this.#plot?.destroy();
    this.#plot = null;
    if (plan === null || this.clientWidth === 0) return;
    const ink = inkOf(this);
    const { hooks, ...options } = plan.options(ink);
    const paint = (plot: uPlot): void => plan.paint?.(plot, ink, this.#overlay);
    this.#plot = new uPlot(
      {
        ...{ width: this.clientWidth, height: plan.height },
        ...options,
        hooks: { ...hooks, draw: [paint], setSelect: [plot => this.#zoom(plot)] },
      },
      this.#rows,
      this,
    );
    this.#plot.over.addEventListener('dblclick', () => {
      this.#isZoomed = false;
    });
  }

  #zoom(plot: uPlot): void {
    if (plot.select.width > 0) this.#isZoomed = true;
  }

  #fit(): void {
    if (this.#plot === null) this.#build();
    else if (this.#plot.width !== this.clientWidth)
      this.#plot.setSize({ width: this.clientWidth, height: this.#plot.height });
  }
}

customElements.define('time-chart', TimeChart);

/** What `light-dark()` and the like come to here. */
function inkOf(element: HTMLElement): Ink {
  const probe = document.createElement('i');
  element.append(probe);
  const ink = INKS.map(name => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(ink) as Ink;
}

const DAY_MS = 86_400_000;

/** An axis of time in UTC: years where they begin, days at midnight, minutes else. */
export const timeAxis = (ink: Ink): uPlot.Axis => ({
  ...axis(ink),
  space: 64,
  size: 32,
  values: (_, splits) => splits.map(tick),
});

function tick(time: number): string {
  if (time % DAY_MS !== 0) return clock(time).slice(0, 5);
  return day(time) === '01-01' ? date(time).slice(0, 4) : day(time);
}

/** Figures on the right; with as many digits as tell two lines apart. */
export const valueAxis = (ink: Ink, write: Written): uPlot.Axis => ({
  ...axis(ink),
  side: 1,
  size: 76,
  values: (_plot, splits, _axis, _space, step) => {
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return splits.map(value => write(value, digits));
  },
});

export type Written = (value: number, digits: number) => string;

const axis = (ink: Ink): uPlot.Axis => ({
  stroke: ink.faint,
  grid: { stroke: ink.grid, width: 1 },
  ticks: { stroke: ink.grid, width: 1, size: 4 },
  font: '12px system-ui, sans-serif',
});

/** What every chart of time has. */
export const overTime = {
  ms: 1,
  tzDate: (time: number): Date => uPlot.tzDate(new Date(time), 'Etc/UTC'),
  cursor: { drag: { x: true, y: false }, points: { size: 6 } },
} as const satisfies Partial<uPlot.Options>;

export const timeSeries: uPlot.Series = {
  label: 'UTC',
  value: (_, time) => minute(time),
};

export const written =
  (write: (value: number) => string): uPlot.Series.Value =>
  (_, value) =>
    value === null || value === undefined ? UNKNOWN : write(value);
