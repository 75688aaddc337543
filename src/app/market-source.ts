/**
 * Market sources: the simulated market, or recorded tapes.
 *
 * Promises: opened and checked, not read yet. Never: reaches for a network.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { simulatedFeed } from '../exchange/simulated.ts';
import { SIMULATED_SYMBOLS } from '../exchange/simulated-market.ts';
import { type TapeFeed, tapeFeed } from '../exchange/tape.ts';
import { type AppConfig, marketConflict } from './config.ts';
import { recordFiles } from './recorded-file.ts';
import type { MarketSource } from './wire.ts';

export const SIMULATED_MARKET = {
  title: 'a SIMULATED market (generated: no real prices, no real money)',
  symbols: SIMULATED_SYMBOLS.map(({ symbol }) => symbol),
};

export interface TapeWish {
  readonly tape: readonly string[];
  readonly funding: readonly string[];
  readonly skipBadRows: boolean;
}

export interface TapeSource extends MarketSource {
  readonly feed: TapeFeed;
  /** For people: `tape A.csv.gz, B.csv.gz`. */
  readonly title: string;
}

export async function openTapes(wish: TapeWish, config: AppConfig): Promise<TapeSource> {
  const feed = await tapeFeed({
    files: wish.tape,
    timeframeMs: config.timeframeMs ?? undefined,
    skipBadRows: wish.skipBadRows,
  });
  const tapes = feed.info();
  const market = [...new Set(tapes.map(tape => tape.exchange))].sort().join('+');
  const source: TapeSource = {
    mode: 'tape',
    market,
    feed,
    timeframeMs: feed.timeframeMs,
    fundingFiles: wish.funding,
    record: () => recordFiles(wish.tape, wish.funding),
    title: `tape ${tapes.map(tape => nameOf(tape.file) + (tape.spot ? ' (spot, as if perpetual)' : '')).join(', ')}`,
  };
  checkMarket(config, source);
  return source;
}

export function openSimulated(
  config: AppConfig,
  options: { readonly seed: number; readonly funding: readonly string[] },
): MarketSource {
  const feed = simulatedFeed({
    seed: options.seed,
    timeframeMs: config.timeframeMs ?? undefined,
  });
  const source = {
    mode: 'simulated' as const,
    market: 'simulated',
    feed,
    timeframeMs: feed.timeframeMs,
    fundingFiles: options.funding,
  };
  checkMarket(config, source);
  return source;
}

export function checkMarket(config: AppConfig, { market, feed }: MarketSource): void {
  refuseConflict(config, { exchange: market, symbols: feed.contracts.map(({ symbol }) => symbol) });
}

/** Where the config says something else of what a market is, which need not be open yet. */
export function refuseConflict(
  config: AppConfig,
  market: { readonly exchange: string; readonly symbols: readonly string[] },
): void {
  const conflict = marketConflict(config, market);
  if (conflict !== null)
    throw new Fault(EXIT.config, conflict, 'change the config, or choose another market');
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
