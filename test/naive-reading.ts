/**
 * Readings for tests, computed the slow way from a whole series of candles.
 *
 * Promises: textbook formulas, independent of the streaming indicators. Never: used by the bot.
 */
import type { Candle, Reading, Regime } from '../src/core/market.ts';

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function averages(values: readonly number[], alpha: number): number[] {
  const result: number[] = [];
  for (const value of values) result.push(value * alpha + (result.at(-1) ?? value) * (1 - alpha));
  return result;
}

const ema = (values: readonly number[], period: number) => averages(values, 2 / (period + 1));
const wilder = (values: readonly number[], period: number) => averages(values, 1 / period);

function rsiOf(closes: readonly number[]): number[] {
  const moves = closes.map((close, index) => close - (closes[index - 1] ?? close));
  const up = wilder(
    moves.map(move => Math.max(0, move)),
    14,
  );
  const down = wilder(
    moves.map(move => Math.max(0, -move)),
    14,
  );
  return up.map((gain, index) => {
    const sum = gain + (down[index] as number);
    return sum > 0 ? (100 * gain) / sum : 50;
  });
}

function directional(candles: readonly Candle[]) {
  const ranges = candles.map(({ high, low, close }, index) => {
    const before = candles[index - 1]?.close ?? close;
    return Math.max(high, before) - Math.min(low, before);
  });
  const rise = (i: number) => (candles[i]?.high ?? 0) - (candles[i - 1]?.high ?? 1e9);
  const fall = (i: number) => (candles[i - 1]?.low ?? -1e9) - (candles[i]?.low ?? 0);
  const plus = candles.map((_, i) => (i > 0 && rise(i) > fall(i) ? Math.max(0, rise(i)) : 0));
  const minus = candles.map((_, i) => (i > 0 && fall(i) > rise(i) ? Math.max(0, fall(i)) : 0));
  const atr = wilder(ranges, 14);
  const share = (moves: number[]) =>
    wilder(moves, 14).map((move, i) => (100 * move) / (atr[i] as number) || 0);
  const plusDi = share(plus);
  const minusDi = share(minus);
  const dx = plusDi.map((up, i) => {
    const down = minusDi[i] as number;
    return up + down > 0 ? (100 * Math.abs(up - down)) / (up + down) : 0;
  });
  return { atr, plusDi, minusDi, adx: wilder(dx, 14) };
}

const last = (values: readonly number[]): number => values.at(-1) ?? 0;
const secondLast = (values: readonly number[]): number => values.at(-2) ?? 0;

/** The reading after the last of these candles. */
export function readingOf(candles: readonly Candle[]): Reading {
  const closes = candles.map(candle => candle.close);
  const { atr, plusDi, minusDi, adx } = directional(candles);
  const fast = ema(closes, 12);
  const slow = ema(closes, 26);
  const gaps = fast.map((value, index) => value - (slow[index] as number));
  const signal = ema(gaps, 9);
  const histogram = gaps.map((gap, index) => gap - (signal[index] as number));
  const rsi = rsiOf(closes);
  const returns = closes.map((close, index) => Math.log(close / (closes[index - 1] ?? close)));
  const recent = closes.slice(-20);
  const middle = mean(recent);
  const deviation = Math.sqrt(mean(recent.map(close => (close - middle) * (close - middle))));
  const channel = candles.slice(-21, -1);
  const volumes = candles.slice(-20).map(candle => candle.volume);
  const strong = last(adx) >= 25;
  const regime: Regime = !strong ? 'range' : last(gaps) > 0 ? 'trend_up' : 'trend_down';
  return {
    ready: candles.length >= 60,
    atr: last(atr),
    sigma: Math.sqrt(
      last(
        averages(
          returns.map(change => change * change),
          0.06,
        ),
      ),
    ),
    regime,
    volatility: 'normal',
    emaFast: last(fast),
    emaSlow: last(slow),
    bandUpper: middle + 2 * deviation,
    bandMiddle: middle,
    bandLower: middle - 2 * deviation,
    rsi: last(rsi),
    adx: last(adx),
    plusDi: last(plusDi),
    minusDi: last(minusDi),
    macdHistogram: last(histogram),
    roc: last(closes) / (closes.at(-11) ?? last(closes)) - 1,
    rocBefore: secondLast(closes) / (closes.at(-12) ?? last(closes)) - 1,
    donchianHigh: Math.max(...channel.map(candle => candle.high)),
    donchianLow: Math.min(...channel.map(candle => candle.low)),
    volumeRatio: last(volumes) / (mean(volumes) || 1),
    quietCandles: last(volumes) === 0 ? 1 : 0,
    closeBefore: secondLast(closes),
    emaGapBefore: secondLast(gaps),
    rsiBefore: secondLast(rsi),
  };
}

/** Candles through these closes; wicks are a third of the body plus `wick`. */
export function candlesThrough(
  closes: readonly number[],
  options: { wick?: number; volume?: (index: number) => number } = {},
): Candle[] {
  return closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const reach = Math.abs(close - open) / 3 + (options.wick ?? 0.05);
    return {
      symbol: 'BTC/USDT:USDT',
      time: 1_700_000_000_000 - (1_700_000_000_000 % 60_000) + index * 60_000,
      open,
      high: Math.max(open, close) + reach,
      low: Math.min(open, close) - reach,
      close,
      volume: options.volume?.(index) ?? 1000,
    };
  });
}

/** The same series upside down around its first close. */
export const mirrored = (closes: readonly number[]): number[] =>
  closes.map(close => 2 * (closes[0] as number) - close);
