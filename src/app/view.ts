/**
 * Views: what people see of a bot, read off its world.
 *
 * Promises: read-only; amounts in quote currency, shares as fractions.
 */
import { lotsToBase, toQuote } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import { components } from '../components.ts';
import { quoteOf } from '../core/market.ts';
import { marginOf, unrealisedOf } from '../core/position.ts';
import type { World } from '../policy/world.ts';
import { stateHashes } from '../state/state-hash.ts';
import { latchedMsAt } from '../trade/breaker.ts';
import { type Metrics, metricsOf } from '../trade/metrics.ts';
import { equityOf } from '../trade/portfolio.ts';
import { frozenBy } from '../trade/portfolio-venue.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { holdLine, holdsOf } from './hold.ts';
import type { StatusView, SymbolView } from './status-line.ts';
import type { SummaryView } from './summary.ts';

/** What the world does not know: the running itself. */
export interface Running {
  readonly candlesPerSecond: number | null;
  readonly progress: number | null;
  readonly checkpointAgeMs: Millis | null;
  readonly journalBytes: number;
  readonly following: string | null;
  readonly directory: string;
}

/** Close of the last candle; null before the first. */
export const marketTimeOf = ({ run }: World): Millis | null =>
  run.lastCandleTime === null ? null : run.lastCandleTime + run.settings.timeframeMs;

export function statusOf(world: World, running: Running): StatusView {
  const { portfolio, analytics, run } = world;
  const risk = world['risk-manager'];
  const equity = equityOf(portfolio);
  const openTrades = Object.keys(portfolio.positions).length;
  return {
    ...running,
    marketTime: marketTimeOf(world),
    symbols: Object.keys(portfolio.contracts).map(symbol => symbolOf(world, symbol)),
    equity: toQuote(equity),
    dayProfit: toQuote(equity - risk.dailyStartBalance),
    drawdown: drawdownOf(world),
    openTrades,
    closedTrades: analytics.totals.trades,
    candles: run.candles,
    halted: holdsOf(risk)[0] ?? null,
  };
}

/** The share that equity is below its peak now. */
export function drawdownOf(world: World): number {
  const equity = equityOf(world.portfolio);
  const peak = Math.max(world['risk-manager'].peakBalance, equity);
  return peak > 0 ? (peak - equity) / peak : 0;
}

function symbolOf({ portfolio }: World, symbol: string): SymbolView {
  const mark = portfolio.marks[symbol];
  const position = portfolio.positions[symbol];
  const contract = portfolio.contracts[symbol];
  if (mark === undefined || position === undefined || contract === undefined)
    return { symbol, price: mark?.price ?? null, position: null };
  // Of what was put up, as a trade's ratio is: funding may have taken all of the margin since.
  const putUp = marginOf(position.entryNotional, position.leverage);
  const profit = unrealisedOf(position, mark.price, contract);
  return {
    symbol,
    price: mark.price,
    position: {
      direction: position.direction,
      quantity: lotsToBase(position.lots, contract.lotSize),
      profitRatio: putUp > 0 ? profit / putUp : null,
    },
  };
}

export function metricsNow(world: World): Metrics {
  const time = marketTimeOf(world);
  const { portfolio, analytics } = world;
  if (time === null) return metricsOf(analytics);
  return metricsOf(analytics, {
    time,
    balance: portfolio.balance,
    equity: equityOf(portfolio),
  });
}

/** SHA-256 of every part and of all, by the canonical state in memory. */
export const hashesOf = (world: World) =>
  stateHashes(components, world as unknown as Record<string, unknown>);

/** A line for each thing that holds entries back, with what lifts it. */
export const holdLinesOf = (world: World, directory: string): string[] =>
  holdsOf(world['risk-manager']).map(hold => holdLine(hold, directory));

/** Symbols of a live account that take no entries until their exchange was heard. */
export const frozenOf = ({ portfolio }: World) =>
  Object.keys(portfolio.contracts).flatMap(symbol => {
    const why = frozenBy(portfolio, symbol);
    return why === null ? [] : [{ symbol, why }];
  });

export const frozenLinesOf = (world: World): string[] =>
  frozenOf(world).map(({ symbol, why }) => `no entries in ${symbol} for now: ${why}`);

export interface RunFigures {
  /** Candles and wall seconds of this run alone. */
  readonly candles: number;
  readonly seconds: number;
  readonly trainingSeconds: number;
  /** Of the wall seconds. */
  readonly trainingShare: number;
}

/** Nobody adds up the wall time of a life. */
const OF_A_LIFE = { seconds: null, trainingSeconds: null, trainingShare: null };

/** `directory`: where it is remembered; null: nowhere. Without figures of a run: of all its life. */
export function summaryOf(
  world: World,
  figures: RunFigures | null,
  directory: string | null,
): SummaryView {
  const metrics = metricsNow(world);
  const time = marketTimeOf(world) ?? 0;
  return {
    ...metrics,
    quote: quoteOf(Object.keys(world.portfolio.contracts)[0] ?? ''),
    startBalance: metrics.startBalance ?? toQuote(world.portfolio.startBalance),
    equity: toQuote(equityOf(world.portfolio)),
    openTrades: Object.keys(world.portfolio.positions).length,
    fees: metrics.feesPaid,
    funding: metrics.fundingPaid,
    ...(figures ?? { ...OF_A_LIFE, candles: world.run.candles }),
    latched: BREAKERS.map(breaker => ({
      breaker: breaker.replaceAll('_', ' '),
      ms: latchedMsAt(world['risk-manager'], breaker, time),
    })),
    held: directory === null ? [] : holdLinesOf(world, directory),
    stateHash: hashesOf(world).all,
  };
}
