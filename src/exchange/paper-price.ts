/**
 * Prices of paper fills: slippage and rounding, always against us.
 *
 * Promises: a result stands on the contract's price step and is positive.
 */
import { decimalsOf } from '../base/money.ts';
import type { Contract } from '../core/market.ts';
import type { Position, Side } from '../core/order.ts';
import { bankruptcyPriceOf } from '../core/position.ts';

/** Tolerance for a price that stands on its step but for a float's last bits. */
const STEP_TOLERANCE = 1e-9;

/** A market fill: the price plus slippage, rounded to the worse step. */
export function slipped(price: number, side: Side, market: PriceRule): number {
  const { slippage, contract } = market;
  return side === 'buy'
    ? roundUp(price * (1 + slippage), contract.priceStep)
    : roundDown(price * (1 - slippage), contract.priceStep);
}

export interface PriceRule {
  readonly slippage: number;
  readonly contract: Contract;
}

/** The price at which the margin is just lost, on the step before it. */
export function bankruptcyStep(position: Position, contract: Contract): number {
  const price = bankruptcyPriceOf(position, contract);
  return position.direction === 'long'
    ? roundUp(price, contract.priceStep)
    : roundDown(price, contract.priceStep);
}

/** A close at `price`, but never beyond the bankruptcy price. */
export function closingPrice(position: Position, price: number, contract: Contract): number {
  const worst = bankruptcyStep(position, contract);
  return position.direction === 'long' ? Math.max(price, worst) : Math.min(price, worst);
}

/** True when a price stands on a step. */
export function isOnStep(price: number, step: number): boolean {
  const steps = price / step;
  return price > 0 && Math.abs(steps - Math.round(steps)) < 1e-6;
}

const roundUp = (price: number, step: number): number =>
  onStep(Math.ceil(price / step - STEP_TOLERANCE), step);

const roundDown = (price: number, step: number): number =>
  onStep(Math.floor(price / step + STEP_TOLERANCE), step);

const onStep = (steps: number, step: number): number =>
  Number((Math.max(1, steps) * step).toFixed(decimalsOf(step)));
