/**
 * The prices of all contracts on one virtual clock.
 *
 * Promises: time only goes on when it is told to; moves come in the order of time, then of the
 * contracts' ids. Never: reads the machine's clock.
 */
import type { Contract } from './contract.ts';
import { type Bar, type Move, PricePath } from './price-path.ts';
import type { Tape } from './tape.ts';

export interface MarketOptions {
  readonly tapes: readonly Tape[];
  readonly seed: number;
  /** Where the clock starts; what the tapes have before it is history. Default: their first candle. */
  readonly startMs?: number;
}

export class Market {
  /** Length of the tapes' candles. */
  readonly stepMs: number;
  readonly #paths: ReadonlyMap<string, PricePath>;
  #nowMs: number;

  constructor(options: MarketOptions) {
    const { tapes, seed } = options;
    const steps = new Set(tapes.map(tape => tape.stepMs));
    if (steps.size !== 1) throw new Error('the tapes of a test exchange have one timeframe');
    this.stepMs = [...steps][0] as number;
    const opens = tapes.map(tape => tape.candles[0]?.time ?? 0);
    this.#nowMs = options.startMs ?? Math.max(...opens);
    const paths = tapes.map(tape => new PricePath(tape, this.#nowMs, seed));
    paths.sort((a, b) => (a.contract.id < b.contract.id ? -1 : 1));
    this.#paths = new Map(paths.map(path => [path.contract.id, path]));
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get contracts(): Contract[] {
    return [...this.#paths.values()].map(path => path.contract);
  }

  /** When a price moves next; null: every tape is over. */
  get nextMs(): number | null {
    return this.#next()?.nextMs ?? null;
  }

  /** Null: no such contract is listed. */
  find = (id: string): Contract | null => this.#paths.get(id)?.contract ?? null;

  /** Price of the last trade. */
  last = (id: string): bigint => this.#path(id).last;

  /** Open time of the candle that was walked last. */
  walkedMs = (id: string): number => this.#path(id).walkedMs;

  /** The next move up to a time, or null when there is none: then it is that time. */
  step(untilMs: number): Move | null {
    const path = this.#next();
    const atMs = path?.nextMs ?? null;
    if (path === null || atMs === null || atMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return null;
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
    return path.step();
  }

  /** Candles of any length that have begun, by open time; the last one may be unfinished. */
  candles(id: string, lengthMs: number, range: readonly [fromMs: number, toMs: number]): Bar[] {
    const [fromMs, toMs] = range;
    const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs;
    const bars = this.#path(id).bars(
      firstMs,
      Math.floor(toMs / lengthMs) * lengthMs + lengthMs - 1,
    );
    if (lengthMs === this.stepMs) return bars;
    const joined: Bar[] = [];
    for (const bar of bars) {
      const time = Math.floor(bar.time / lengthMs) * lengthMs;
      const before = joined.at(-1);
      if (before?.time === time) joined[joined.length - 1] = joinBars(before, bar);
      else joined.push({ ...bar, time });
    }
    return joined;
  }

  #next(): PricePath | null {
    let first: PricePath | null = null;
    for (const path of this.#paths.values())
      if (path.nextMs !== null && path.nextMs < (first?.nextMs ?? Number.POSITIVE_INFINITY))
        first = path;
    return first;
  }

  #path(id: string): PricePath {
    const path = this.#paths.get(id);
    if (path === undefined) throw new Error(`no such contract: ${id}`);
    return path;
  }
}

const joinBars = (a: Bar, b: Bar): Bar => ({
  time: a.time,
  open: a.open,
  high: a.high > b.high ? a.high : b.high,
  low: a.low < b.low ? a.low : b.low,
  close: b.close,
  volume: a.volume + b.volume,
});
