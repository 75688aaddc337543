/**
 * Sizing: turns a weighed proposal into an approved entry, or says why not.
 *
 * Promises: a hit stop, costs in, loses at most riskPerTrade of equity times the factors; the size
 * never exceeds the Kelly stake (at its floor: the exchange's minimum, where that is more), the free
 * margin, the share of the candle's volume, the contract's leverage or what money can count; the
 * stop lies before the liquidation price, if need be by less leverage.
 * An explored entry has the minimum size in every mode and whatever the confidence: what it
 * teaches does not depend on size, and without trials a bot that doubts would never know better.
 * Never: raises an order to the exchange's minimum; a risk budget too small for it is refused.
 */
import { lotsBelow, QUOTE_MAX, toPriceStep, toQuote, type Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { Candle, Contract, Reading } from '../core/market.ts';
import {
  type Approved,
  approve,
  entrySide,
  type ModelVersions,
  type Order,
  type Protection,
  signOf,
} from '../core/order.ts';
import { maintenanceRate } from '../core/position.ts';
import type { Settings } from '../core/settings.ts';
import type { Place } from '../core/step.ts';
import { entryRefusal } from '../trade/breaker.ts';
import { sizingFactors } from '../trade/risk-factor.ts';
import type { RiskState } from '../trade/risk-state.ts';
import { type Proposal, roundTripCost } from './strategy-proposal.ts';

/** What sizing reads of the portfolio. */
export interface Account {
  readonly equity: Units;
  /** Balance not put up as margin. */
  readonly available: Units;
  readonly openTrades: number;
}

export interface EntryRequest {
  readonly risk: RiskState;
  readonly account: Account;
  readonly settings: Settings;
  readonly contract: Contract;
  readonly candle: Candle;
  readonly reading: Reading;
  readonly proposal: Proposal;
  readonly strategy: string;
  readonly confidence: number;
  /** True when the choice was a roll of the dice. */
  readonly explored: boolean;
  readonly models: ModelVersions;
  readonly place: Place;
  readonly epoch: number;
  readonly expiresAt: Millis;
}

export type Sizing = { readonly order: Approved } | { readonly refused: string };

/** ATR follows a volatility burst late; in the meantime a smaller size stands in for it. */
const VOLATILITY_FACTOR = { low: 1, normal: 1, high: 0.75 } as const;
/** Share of the risk left at the least confidence that is traded; all of it this much above it. */
const CONFIDENCE_FACTOR_MIN = 0.75;
/** A calibrated confidence ten points above is rare. */
const CONFIDENCE_SPAN = 0.1;
/** The next open may lie a little beyond the close that the size was reckoned from. */
const MARGIN_USED_MAX = 0.98;
const NOTIONAL_RESERVE = 1.02;
/** How far a price may rise before the worth of a position can no longer be counted. */
const PRICE_RISE_MAX = 3;
/** How much farther than the stop the liquidation price has to be: a gap must not reach it. */
export const LIQUIDATION_BUFFER = 1.25;

export function sizeEntry(request: EntryRequest): Sizing {
  const { risk, account, settings, candle } = request;
  const refusal = entryRefusal(risk, account.openTrades, settings);
  if (refusal !== null) return { refused: refusal };
  if (request.confidence < settings.minConfidence && !request.explored)
    return { refused: 'confidence too low' };
  if (account.equity <= 0 || account.available <= 0) return { refused: 'no free balance' };
  const protection = protect(request);
  if (protection === null) return { refused: 'stop within a price step' };
  const stopDistance = Math.abs(candle.close - protection.stop);
  const leverage = leverageFor(request, stopDistance / candle.close);
  if (leverage < 1) return { refused: 'stop beyond the liquidation price' };
  const lotsMax = Math.min(
    lotsBelow(quantityMax(request, stopDistance, leverage), request.contract.lotSize),
    lotsBelow(settings.volumeShare * candle.volume, request.contract.lotSize),
  );
  const lotsMin = minimumLots(request);
  if (lotsMax < lotsMin) return { refused: 'below the minimum size' };
  const lots = request.explored ? lotsMin : lotsMax;
  return { order: mint(request, { lots, leverage, protection }) };
}

type Size = Pick<Order, 'lots' | 'leverage' | 'protection'>;

function mint(request: EntryRequest, { lots, leverage, protection }: Size): Approved {
  const { place, candle, settings } = request;
  return approve({
    id: `${place.seq}-${place.index}`,
    epoch: request.epoch,
    symbol: request.contract.symbol,
    side: entrySide(request.proposal.direction),
    kind: 'market',
    lots,
    price: null,
    trigger: null,
    trail: null,
    reduceOnly: false,
    leverage,
    createdAt: candle.time + settings.timeframeMs,
    expiresAt: request.expiresAt,
    strategy: request.strategy,
    exitReason: null,
    protection,
    models: request.models,
  });
}

/** The bracket on price steps; null when the stop falls on the price itself or below zero. */
function protect({ proposal, candle, contract }: EntryRequest): Protection | null {
  const sign = signOf(proposal.direction);
  const step = contract.priceStep;
  const stop = toPriceStep(candle.close - sign * proposal.stopDistance, step);
  if ((candle.close - stop) * sign < step / 2 || stop <= 0) return null;
  const { takeProfitDistance, trailDistance } = proposal;
  const target =
    takeProfitDistance === null
      ? null
      : toPriceStep(candle.close + sign * takeProfitDistance, step);
  return {
    stop,
    // A short cannot fall to zero, and a near target may round onto the wrong side of the close:
    // without one the position is left by stop, signal or time.
    takeProfit: target !== null && target > 0 && (target - candle.close) * sign > 0 ? target : null,
    trail: trailDistance === null ? null : Math.max(step, toPriceStep(trailDistance, step)),
  };
}

/**
 * The leverage with which the stop comes before liquidation; below 1 when there is none.
 * An isolated position is liquidated about 1/leverage − maintenance rate away from its entry.
 */
function leverageFor(request: EntryRequest, stopShare: number): number {
  const { account, settings, contract } = request;
  const leverage = Math.min(settings.leverage, contract.leverageMax);
  // Of the tier that the largest position the Kelly cap allows would fall into.
  const rate = maintenanceRate(contract, account.equity * settings.kellyCap * leverage);
  const room = stopShare * LIQUIDATION_BUFFER + roundTripCost(settings) + rate;
  return 1 / leverage >= room ? leverage : Math.floor(1 / room);
}

/** Share of equity that a hit stop may cost, all factors in. */
export function riskShare(request: EntryRequest): number {
  const { settings, reading, confidence } = request;
  const { drawdownFactor, streakFactor, performanceFactor } = sizingFactors(request.risk, settings);
  const surplus = Math.max(0, confidence - settings.minConfidence) / CONFIDENCE_SPAN;
  return (
    settings.riskPerTrade *
    drawdownFactor *
    streakFactor *
    performanceFactor *
    VOLATILITY_FACTOR[reading.volatility] *
    (CONFIDENCE_FACTOR_MIN + (1 - CONFIDENCE_FACTOR_MIN) * Math.min(1, surplus))
  );
}

/** Base units by risk, Kelly stake and free margin, whichever is least. */
function quantityMax(request: EntryRequest, stopDistance: number, leverage: number): number {
  const { account, settings, candle } = request;
  const equity = toQuote(account.equity);
  const entryPrice = candle.close * (1 + settings.slippage);
  const lossPerUnit = stopDistance + candle.close * roundTripCost(settings);
  const marginPerUnit = entryPrice * (1 / leverage + Math.max(0, settings.takerFee));
  return Math.min(
    (equity * riskShare(request)) / lossPerUnit,
    stakedQuantity(request, (equity * leverage) / entryPrice),
    (toQuote(account.available) * MARGIN_USED_MAX) / marginPerUnit,
    QUOTE_MAX / PRICE_RISE_MAX / entryPrice,
  );
}

/**
 * Base units by the Kelly stake. The floor is there so that trading never ends silently: where it
 * is too little for the exchange, the least order stands in for it, within the cap.
 */
function stakedQuantity({ risk, settings, ...request }: EntryRequest, whole: number): number {
  const { kelly } = sizingFactors(risk, settings);
  const isFloor = kelly > 0 && kelly <= settings.kellyFloor;
  const least = isFloor ? minimumLots(request) * request.contract.lotSize : 0;
  return Math.min(whole * settings.kellyCap, Math.max(whole * kelly, least));
}

/** The fewest lots that the exchange takes. Of a cheap coin a lot is worth less than a unit. */
function minimumLots({ candle, contract }: Pick<EntryRequest, 'candle' | 'contract'>): number {
  const notionalMin = toQuote(contract.notionalMin) * NOTIONAL_RESERVE;
  const worth = Math.ceil(notionalMin / (candle.close * contract.lotSize));
  return Math.max(contract.lotsMin ?? 1, worth);
}
