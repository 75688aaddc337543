/**
 * The simulated market as a feed: endless, seeded, the default of `npm start`.
 *
 * Promises: going on at a bookmark regenerates the past from the seed and checks it against what
 * was remembered, so another seed is never taken for the same market. Never: ends, or blocks the
 * event loop for longer than a batch.
 */
import { setImmediate } from 'node:timers/promises';
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import type { Bookmark, Feed } from '../core/exchange.ts';
import type { Candle } from '../core/market.ts';
import { contractOf } from './contract.ts';
import { createPastGate, passedTime } from './past-gate.ts';
import { createResampler } from './resample.ts';
import {
  createSimulatedMarket,
  SIMULATED_SYMBOLS,
  SIMULATED_TIMEFRAME_MS,
} from './simulated-market.ts';

export interface SimulatedFeed extends Feed {
  readonly timeframeMs: Millis;
}

/** Minutes generated between two turns of the event loop. */
const BATCH_MINUTES = 1024;

export function simulatedFeed(options: {
  readonly seed: number;
  /** A multiple of a minute; a minute when absent. */
  readonly timeframeMs?: Millis | undefined;
}): SimulatedFeed {
  const { seed, timeframeMs = SIMULATED_TIMEFRAME_MS } = options;
  if (timeframeMs % SIMULATED_TIMEFRAME_MS !== 0)
    throw new Fault(
      EXIT.config,
      'the simulated market has 1m candles, which do not add up to this timeframe',
      'set a timeframe of whole minutes',
    );
  let closed = false;
  return {
    timeframeMs,
    contracts: SIMULATED_SYMBOLS.map(({ symbol, price }) => contractOf(symbol, price)),
    remaining: null,
    async *candles(after) {
      const market = createSimulatedMarket(seed);
      const take = createTaker(seed, timeframeMs, after);
      while (!closed) {
        const minutes: Candle[] = [];
        for (let count = 0; count < BATCH_MINUTES; count += 1) market.next(minutes);
        // Also when it is empty: whoever reads may want to stop while the past goes by.
        yield take(minutes);
        await setImmediate();
      }
    },
    async close() {
      closed = true;
    },
  };
}

/** Resamples and drops what is remembered, symbol by symbol, keeping the order of the feed. */
function createTaker(
  seed: number,
  timeframeMs: Millis,
  after: Readonly<Record<string, Bookmark>>,
): (minutes: readonly Candle[]) => readonly Candle[] {
  const resampled = timeframeMs !== SIMULATED_TIMEFRAME_MS;
  const past = passedTime(after);
  const lanes = SIMULATED_SYMBOLS.map(({ symbol }) => ({
    symbol,
    gate: createPastGate(`the simulated market of --seed ${seed}`, after[symbol], past),
    resampler: resampled ? createResampler(SIMULATED_TIMEFRAME_MS, timeframeMs) : null,
  }));
  if (!resampled && lanes.every(lane => after[lane.symbol] === undefined))
    return minutes => minutes;
  return minutes => {
    const fresh: Candle[] = [];
    for (const { symbol, gate, resampler } of lanes) {
      const own = minutes.filter(candle => candle.symbol === symbol);
      for (const candle of gate.push(resampler?.push(own) ?? own)) fresh.push(candle);
    }
    // A stable sort: within a time the lanes' order, which is that of the symbols, stays.
    return fresh.sort((a, b) => a.time - b.time);
  };
}
