/**
 * One contract's price through its tape: each candle is walked from its open over its two extremes
 * to its close, in four points a quarter of the candle apart; the seed says which extreme is first.
 *
 * Promises: a candle that is walked whole has its tape's open, high, low, close; between two points
 * of a candle the price passes everything in between, from one candle to the next it jumps.
 * Never: a candle where the tape has a gap.
 */
import type { Contract } from './contract.ts';
import { nearest, toStep } from './decimal.ts';
import { dice } from './dice.ts';
import type { Tape, TapeCandle } from './tape.ts';

/** A candle of the exchange: prices in 1e-8, volume in lots. */
export interface Bar {
  readonly time: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: number;
}

/** The price went from one point to the next. */
export interface Move {
  readonly contract: Contract;
  readonly atMs: number;
  readonly from: bigint;
  readonly to: bigint;
  /** True where nothing was traded in between: a candle opened. */
  readonly jump: boolean;
}

const POINTS = 4;

export class PricePath {
  readonly contract: Contract;
  readonly #tape: Tape;
  readonly #seed: number;
  /** The next point: of this candle, and which of its four. */
  #index: number;
  #point = 0;
  #last: bigint;

  constructor(tape: Tape, startMs: number, seed: number) {
    this.contract = tape.contract;
    this.#tape = tape;
    this.#seed = seed;
    const index = tape.candles.findIndex(candle => candle.time >= startMs);
    this.#index = index === -1 ? tape.candles.length : index;
    const before = tape.candles[this.#index - 1];
    this.#last = this.#priced(before?.close ?? tape.candles[0]?.open ?? 0);
  }

  /** The price of the last trade. */
  get last(): bigint {
    return this.#last;
  }

  /** When the price moves next; null: the tape is over. */
  get nextMs(): number | null {
    const candle = this.#tape.candles[this.#index];
    if (candle === undefined) return null;
    return candle.time + (this.#point * this.#tape.stepMs) / POINTS;
  }

  /** Walks to the next point. */
  step(): Move {
    const atMs = this.nextMs;
    const candle = this.#tape.candles[this.#index];
    if (atMs === null || candle === undefined) throw new Error('the tape is over');
    const [from, to] = [this.#last, this.#pointsOf(candle)[this.#point] as bigint];
    const jump = this.#point === 0;
    this.#last = to;
    this.#point += 1;
    if (this.#point === POINTS) [this.#index, this.#point] = [this.#index + 1, 0];
    return { contract: this.contract, atMs, from, to, jump };
  }

  /** The candles of the tape that have begun, from `fromMs` to `toMs` by open time. */
  bars(fromMs: number, toMs: number): Bar[] {
    const bars: Bar[] = [];
    for (let at = this.#firstAt(fromMs); at <= this.#index; at += 1) {
      const candle = this.#tape.candles[at];
      if (candle === undefined || candle.time > toMs) break;
      if (at < this.#index) bars.push(this.#bar(candle, POINTS));
      else if (this.#point > 0) bars.push(this.#bar(candle, this.#point));
    }
    return bars;
  }

  /** Open time of the candle that was walked last. */
  get walkedMs(): number {
    const at = this.#point > 0 ? this.#index : this.#index - 1;
    return this.#tape.candles[at]?.time ?? 0;
  }

  #bar(candle: TapeCandle, walked: number): Bar {
    const points = this.#pointsOf(candle).slice(0, walked);
    return {
      time: candle.time,
      open: points[0] as bigint,
      high: points.reduce((a, b) => (a > b ? a : b)),
      low: points.reduce((a, b) => (a < b ? a : b)),
      close: points.at(-1) as bigint,
      volume: Math.floor((this.#lots(candle) * walked) / POINTS),
    };
  }

  #pointsOf(candle: TapeCandle): readonly bigint[] {
    const { time, open, high, low, close } = candle;
    const highFirst = dice(this.#seed, 'path', this.contract.id, time) < 0.5;
    const extremes = highFirst ? [high, low] : [low, high];
    return [open, ...extremes, close].map(price => this.#priced(price));
  }

  #priced = (price: number): bigint => toStep(nearest(price), this.contract.tick);

  #lots = (candle: TapeCandle): number => Number(nearest(candle.volume) / this.contract.multiplier);

  /** Index of the first candle that opens at or after a time (binary search). */
  #firstAt(fromMs: number): number {
    let [low, high] = [0, this.#tape.candles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tape.candles[middle] as TapeCandle).time < fromMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
