/**
 * The generator behind the simulated market: two correlated symbols, one candle a minute each.
 *
 * A hidden regime (trend up, trend down, range, crash, recovery) sets drift and volatility; a
 * GARCH-like variance makes volatility cluster; rare jumps hit both symbols; volume has a daily
 * U and swells with movement. Promises: the same seed gives the same candles, bit for bit;
 * prices on the contracts' steps, open = the close before. Never: looks like any real history,
 * and is no evidence that a strategy earns money.
 */
import { Rng, seedRng } from '../base/rng.ts';
import { DAY_MS, MINUTE_MS, type Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';

export const SIMULATED_START: Millis = Date.UTC(2025, 0, 1);
export const SIMULATED_TIMEFRAME_MS: Millis = MINUTE_MS;

/** In symbol order. Steps are given as steps per quote unit, so that prices are plain decimals. */
const MARKETS = [
  { symbol: 'BTC/USDT:USDT', price: 60_000, stepsPerUnit: 10, volume: 14, beta: 1 },
  { symbol: 'ETH/USDT:USDT', price: 3_000, stepsPerUnit: 100, volume: 190, beta: 1.25 },
] as const;
export const SIMULATED_SYMBOLS: readonly { readonly symbol: string; readonly price: number }[] =
  MARKETS;

interface RegimeShape {
  /** Mean log return and standard deviation, per minute. */
  readonly drift: number;
  readonly sigma: number;
  /** Pull back to where the regime began, per minute. */
  readonly pull: number;
  /** Mean length, minutes. */
  readonly length: number;
  /** What follows: weights in the order of REGIMES. */
  readonly next: readonly number[];
}

const REGIMES: readonly RegimeShape[] = [
  // trend up, trend down, range, crash, recovery
  { drift: 2.6e-5, sigma: 5e-4, pull: 0, length: 900, next: [0, 2, 6, 0.5, 0] },
  { drift: -2.6e-5, sigma: 6e-4, pull: 0, length: 720, next: [2, 0, 6, 1.5, 0.5] },
  { drift: 0, sigma: 3.5e-4, pull: 0.004, length: 840, next: [4, 3.5, 0, 0.5, 0] },
  { drift: -6e-4, sigma: 1.8e-3, pull: 0, length: 80, next: [0, 2, 1, 0, 7] },
  { drift: 1.1e-4, sigma: 9e-4, pull: 0, length: 420, next: [4, 1, 5, 0, 0] },
];
const RANGE = 2;
/** Variance follows 0.03 + 0.09 e² + 0.88 v: mean 1, clusters of about half an hour. */
const GARCH = { base: 0.03, shock: 0.09, keep: 0.88, max: 16 } as const;
const JUMP_CHANCE = 1 / 4000;
const JUMP_SIGMA = 6e-3;
const CORRELATION = 0.8;
const OWN = 0.6;
/** Keeps prices in a range of a few times around their start for ever. */
const ANCHOR_PULL = 3e-6;

const MINUTES_PER_DAY = DAY_MS / MINUTE_MS;
const dailyVolume = Float64Array.from(
  { length: MINUTES_PER_DAY },
  (_, minute) => 1 + 0.5 * Math.cos((2 * Math.PI * minute) / MINUTES_PER_DAY),
);

/** One symbol's hidden state. */
interface Walk {
  readonly market: (typeof MARKETS)[number];
  /** Log of price over start price. */
  level: number;
  /** Its value when the regime began. */
  anchor: number;
  variance: number;
  /** Close in steps. */
  close: number;
}

export interface SimulatedMarket {
  /** Pushes the next minute's candles, one per symbol in symbol order. */
  next(out: Candle[]): void;
}

export function createSimulatedMarket(seed: number): SimulatedMarket {
  const rng = new Rng(seedRng(seed, 7));
  const walks: readonly Walk[] = MARKETS.map(market => ({
    market,
    level: 0,
    anchor: 0,
    variance: 1,
    close: market.price * market.stepsPerUnit,
  }));
  let regime = REGIMES[RANGE] as RegimeShape;
  let minutesLeft = regime.length;
  let time = SIMULATED_START;
  let minute = 0;

  const changeRegime = (): void => {
    regime = draw(regime.next, rng.nextFloat());
    minutesLeft = 1 + Math.floor(-Math.log(1 - rng.nextFloat()) * regime.length);
    for (const walk of walks) walk.anchor = walk.level;
  };

  return {
    next(out) {
      if (minutesLeft === 0) changeRegime();
      minutesLeft -= 1;
      const common = rng.nextNormal();
      const jump = rng.nextFloat() < JUMP_CHANCE ? rng.nextNormal() * JUMP_SIGMA : 0;
      for (let index = 0; index < walks.length; index += 1) {
        const walk = walks[index] as Walk;
        const shock = index === 0 ? common : CORRELATION * common + OWN * rng.nextNormal();
        out.push(nextCandle({ walk, regime, shock, jump, rng, time, minute }));
      }
      time += MINUTE_MS;
      minute = minute + 1 === MINUTES_PER_DAY ? 0 : minute + 1;
    },
  };
}

function draw(weights: readonly number[], dice: number): RegimeShape {
  let left = dice * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < weights.length; index += 1) {
    left -= weights[index] as number;
    if (left < 0) return REGIMES[index] as RegimeShape;
  }
  return REGIMES[RANGE] as RegimeShape;
}

function nextCandle(minuteOf: {
  walk: Walk;
  regime: RegimeShape;
  shock: number;
  jump: number;
  rng: Rng;
  time: Millis;
  minute: number;
}): Candle {
  const { walk, regime, shock, jump, rng, time, minute } = minuteOf;
  const { symbol, price, stepsPerUnit, volume, beta } = walk.market;
  const sigma = beta * regime.sigma * Math.sqrt(walk.variance);
  const pull = regime.pull * (walk.anchor - walk.level) - ANCHOR_PULL * walk.level;
  walk.level += beta * (regime.drift + jump) + pull + sigma * shock;

  const surprise = shock + (jump === 0 ? 0 : 4);
  const variance = GARCH.base + walk.variance * (GARCH.shock * surprise * surprise + GARCH.keep);
  walk.variance = Math.min(variance, GARCH.max);

  const open = walk.close;
  const close = Math.max(1, Math.round(price * Math.exp(walk.level) * stepsPerUnit));
  walk.close = close;
  // How far beyond open and close the minute went: exponential, in units of its deviation.
  const reach = 0.35 * sigma * close;
  const above = Math.floor(-Math.log(1 - rng.nextFloat()) * reach);
  const below = Math.floor(-Math.log(1 - rng.nextFloat()) * reach);
  const high = Math.max(open, close) + above;
  const low = Math.max(1, Math.min(open, close) - below);
  const busy = (0.3 + Math.abs(shock)) * Math.sqrt(walk.variance) * (regime.sigma / 4e-4);
  const lots = volume * (dailyVolume[minute] as number) * busy * (0.4 + 1.2 * rng.nextFloat());
  return {
    symbol,
    time,
    open: open / stepsPerUnit,
    high: high / stepsPerUnit,
    low: low / stepsPerUnit,
    close: close / stepsPerUnit,
    volume: Math.round(lots * 1000) / 1000,
  };
}
