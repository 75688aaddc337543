/**
 * Charts in a sentence each.
 *
 * Promises: pure; says what an eye would take from the chart first.
 */
import type { CandleRow, EquityRow, ReliabilityBin } from '../view.ts';
import { count, minute, money, percent, price, signedPercent } from './format.ts';

export function priceSummary(symbol: string, rows: readonly CandleRow[], quote: string): string {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return `No candle of ${symbol} is here yet.`;
  const highest = most(rows.map(row => row[2]));
  const lowest = least(rows.map(row => row[3]));
  return (
    `${symbol} closed at ${price(last[4])} ${quote}, ${signedPercent(last[4] / first[1] - 1)} over ` +
    `${count(rows.length)} candles since ${minute(first[0])} UTC; ` +
    `highest ${price(highest)}, lowest ${price(lowest)}.`
  );
}

export function equitySummary(rows: readonly EquityRow[], quote: string): string {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return 'No point of equity is here yet.';
  const all = rows.map(row => row[2]);
  return (
    `Equity went from ${money(first[2])} to ${money(last[2], quote)} since ${minute(first[0])} UTC ` +
    `(${signedPercent(last[2] / first[2] - 1)}); highest ${money(most(all))}, ` +
    `lowest ${money(least(all))}.`
  );
}

export function underwaterSummary(depths: readonly number[]): string {
  const now = depths.at(-1);
  if (now === undefined) return 'No point of equity is here yet.';
  const stands = now === 0 ? 'at its highest' : `${percent(-now)} below its highest`;
  return `Equity is ${stands} now; at worst it was ${percent(-least(depths))} below.`;
}

/** Of bins that hold something. */
export function reliabilitySummary(bins: readonly ReliabilityBin[]): string {
  const forecasts = bins.reduce((sum, bin) => sum + bin.forecasts, 0);
  const off = bins.reduce(
    (sum, bin) => sum + Math.abs(bin.confidence * bin.forecasts - bin.won),
    0,
  );
  const held = bins.map(bin => bin.forecasts);
  const each =
    bins.length === 1
      ? 'all in one bin'
      : `${count(least(held))} to ${count(most(held))} in each of ${bins.length} bins`;
  return (
    `${count(forecasts)} forecasts have come due, ${each}. On average the confidence and what came true ` +
    `are ${percent(off / forecasts, 1)} apart.`
  );
}

/** Shares below the highest equity so far, 0 or less. */
export function depthsOf(rows: readonly EquityRow[]): number[] {
  let peak = Number.NEGATIVE_INFINITY;
  return rows.map(([, , equity]) => {
    peak = Math.max(peak, equity);
    return peak > 0 ? Math.min(0, equity / peak - 1) : 0;
  });
}

// Spread into Math.max, ten thousand rows would be as many arguments.
const most = (values: readonly number[]): number =>
  values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
const least = (values: readonly number[]): number =>
  values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
