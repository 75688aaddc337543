/**
 * The arithmetic of one isolated-margin position in one-way mode, in whole numbers of 1e-8.
 *
 * Promises: what a position cost and what it was closed for are exact, so a position that is flat
 * again has changed the wallet by what was sold less what was bought. A part that is closed takes
 * its share of cost and margin with it, rounded down. Never: knows of orders.
 */
import { type Contract, tierOf } from './contract.ts';
import { absolute, decimal, number, ONE, text } from './decimal.ts';
import { type Side, worthOf } from './order.ts';

export interface Position {
  readonly contract: Contract;
  /** Positive: long. */
  lots: number;
  /** What the lots cost when they were opened; positive for short positions too. */
  cost: bigint;
  /** Put up for it: what was asked for at opening, less funding paid since. */
  margin: bigint;
  /** As the last order that opened some of it had it. */
  leverage: number;
  /** Of this position since it was opened: profit realised, fees, funding received less paid. */
  realised: bigint;
  fees: bigint;
  funding: bigint;
  openedMs: number;
}

export const flat = (contract: Contract): Position => ({
  ...{ contract, lots: 0, cost: 0n, margin: 0n, leverage: 1 },
  ...{ realised: 0n, fees: 0n, funding: 0n, openedMs: 0 },
});

export const isLong = (position: Position): boolean => position.lots > 0;
export const sizeOf = (position: Position): number => Math.abs(position.lots);

/** Lots of an order that would reduce this position. */
export const reducible = (position: Position, side: Side): number =>
  (side === 'sell') === isLong(position) ? sizeOf(position) : 0;

export const marginFor = (value: bigint, leverage: number): bigint =>
  (value * ONE + decimal(leverage) - 1n) / decimal(leverage);

export interface Part {
  readonly side: Side;
  readonly lots: number;
  readonly price: bigint;
}

export function grow(position: Position, part: Part, leverage: number): void {
  const value = worthOf(position.contract, part.price, part.lots);
  position.lots += part.side === 'buy' ? part.lots : -part.lots;
  position.cost += value;
  position.margin += marginFor(value, leverage);
  position.leverage = leverage;
}

/** Returns the profit realised, fees not deducted. */
export function shrink(position: Position, part: Part): bigint {
  const [lots, size] = [BigInt(part.lots), BigInt(sizeOf(position))];
  const cost = (position.cost * lots) / size;
  const margin = (position.margin * lots) / size;
  const exit = worthOf(position.contract, part.price, part.lots);
  const profit = isLong(position) ? exit - cost : cost - exit;
  position.lots += part.side === 'buy' ? part.lots : -part.lots;
  position.cost -= cost;
  position.margin -= margin;
  position.realised += profit;
  return profit;
}

export function unrealised(position: Position, price: bigint): bigint {
  const worth = worthOf(position.contract, price, sizeOf(position));
  return isLong(position) ? worth - position.cost : position.cost - worth;
}

/** Share of the value that must stay as margin. */
const maintenance = (position: Position): bigint =>
  decimal(tierOf(position.contract, position.cost).maintain);

/** Where what is left of the margin meets the maintenance margin, to the tick that is safer. */
export function liquidationPrice(position: Position): bigint {
  const rate = maintenance(position);
  const { contract, cost, margin } = position;
  const coins = contract.multiplier * BigInt(sizeOf(position));
  const [rest, share] = isLong(position)
    ? [cost > margin ? cost - margin : 0n, ONE - rate]
    : [cost + margin, ONE + rate];
  const price = (rest * ONE * ONE) / (coins * share);
  const down = (price / contract.tick) * contract.tick;
  return isLong(position) && down < price ? down + contract.tick : down;
}

/** Where the margin is gone: the worst price a liquidation has, to the tick that loses less. */
export function bankruptPrice(position: Position): bigint {
  const { contract, cost, margin } = position;
  const coins = contract.multiplier * BigInt(sizeOf(position));
  const rest = isLong(position) ? (cost > margin ? cost - margin : 0n) : cost + margin;
  const price = (rest * ONE) / coins;
  const down = (price / contract.tick) * contract.tick;
  return isLong(position) && down < price ? down + contract.tick : down;
}

/** One row of `positions`, and the answer of `position`. */
export function positionAnswer(position: Position, price: bigint, nowMs: number): object {
  const { contract, lots, cost, margin } = position;
  const isOpen = lots !== 0;
  const sign = lots < 0 ? -1n : 1n;
  const worth = worthOf(contract, price, sizeOf(position)) * sign;
  const gain = isOpen ? unrealised(position, price) : 0n;
  const coins = contract.multiplier * BigInt(sizeOf(position));
  const rate = isOpen ? maintenance(position) : 0n;
  const equity = margin + gain;
  return {
    ...{ id: `5000000000${contract.id}`, symbol: contract.id, autoDeposit: false },
    ...{ crossMode: false, marginMode: 'ISOLATED', positionSide: 'BOTH', isInverse: false },
    ...{ maintMarginReq: number(rate), maintainMargin: number(rate), riskLimitLevel: 1 },
    ...{ riskLimit: tierOf(contract, absolute(cost)).maxNotional, delevPercentage: 0.1 },
    ...{ realLeverage: equity > 0n ? Number(absolute(worth)) / Number(equity) : 0 },
    ...{ leverage: position.leverage, openingTimestamp: position.openedMs, isOpen },
    ...{ currentTimestamp: nowMs, currentQty: lots, currentCost: number(cost * sign) },
    ...{ currentComm: number(position.fees), unrealisedCost: number(cost * sign) },
    ...{ realisedGrossCost: number(-position.realised), realisedCost: number(position.fees) },
    ...{ markPrice: number(price), markValue: number(worth), posCost: number(cost * sign) },
    ...{ posCross: 0, posInit: number(margin - position.funding), posComm: 0 },
    ...{ posLoss: number(-position.funding), posMargin: number(margin) },
    ...{ posMaint: number((absolute(worth) * rate) / ONE), maintMargin: number(equity) },
    ...{ realisedGrossPnl: number(position.realised) },
    ...{ realisedPnl: number(position.realised - position.fees + position.funding) },
    ...{ unrealisedPnl: number(gain), unrealisedPnlPcnt: 0, unrealisedRoePcnt: 0 },
    ...{ avgEntryPrice: isOpen ? number((cost * ONE) / coins) : 0 },
    ...{ liquidationPrice: isOpen ? number(liquidationPrice(position)) : 0 },
    ...{ bankruptPrice: isOpen ? number(bankruptPrice(position)) : 0, settleCurrency: 'USDT' },
  };
}

/** What judges are shown. */
export const positionBook = (position: Position) => ({
  symbol: position.contract.id,
  lots: position.lots,
  cost: text(position.cost),
  margin: text(position.margin),
  leverage: position.leverage,
});
