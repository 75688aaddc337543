/**
 * Money in integer units of 1e-8 of the quote currency, and prices and quantities in market steps.
 *
 * Promises: every amount is an integer below 2^53, so sums are exact and money is conserved.
 * Never: keeps a fraction of a unit; the one place where a product is rounded is `notional`.
 */
import { assert, Bug } from './assert.ts';

/** Integer units of 1e-8 of the quote currency. */
export type Units = number;

export const UNITS_PER_QUOTE = 100_000_000;

/** The largest amount that can be counted, in quote currency: 90 million. */
export const QUOTE_MAX = Number.MAX_SAFE_INTEGER / UNITS_PER_QUOTE;

/** Rounds to the nearest unit; never gives −0. */
export function toUnits(quoteAmount: number): Units {
  return asUnits(Math.round(quoteAmount * UNITS_PER_QUOTE));
}

/** Asserts that an amount is a whole, safe number of units, and turns −0 into 0. */
export function asUnits(amount: number): Units {
  // Not an assert: its message would be built on every call.
  if (!Number.isSafeInteger(amount)) throw new Bug(`money out of range: ${amount} units`);
  return amount + 0;
}

/** Units → quote currency, for showing and for ratios. */
export const toQuote = (units: Units): number => units / UNITS_PER_QUOTE;

/** price × quantity in units. Quantity is counted in lots of `lotSize` base units. */
export const notional = (price: number, lots: number, lotSize: number): Units =>
  toUnits(price * lots * lotSize);

/** `rate` of an amount, rounded up: neither fees nor rebates are ever rounded in our favour. */
export const feeOf = (amount: Units, rate: number): Units => asUnits(Math.ceil(amount * rate));

/** Rounds down to whole lots; never negative. */
export const lotsBelow = (quantity: number, lotSize: number): number =>
  Math.max(0, Math.floor(quantity / lotSize + 1e-9));

/** Rounds a price to the market's step. `decimals` of the step keep the result a plain decimal. */
export function toPriceStep(price: number, step: number): number {
  const steps = Math.round(price / step);
  return Number((steps * step).toFixed(decimalsOf(step)));
}

/** Lots → base units as a plain decimal (0.3, not 0.30000000000000004). */
export const lotsToBase = (lots: number, lotSize: number): number =>
  Number((lots * lotSize).toFixed(decimalsOf(lotSize)));

/** 0.001 → 3, 1 → 0, 1e-7 → 7. */
export function decimalsOf(step: number): number {
  const known = decimalsByStep.get(step);
  if (known !== undefined) return known;
  assert(step > 0 && step < 1e9, `not a step: ${step}`);
  const decimals = countDecimals(step);
  if (decimalsByStep.size < STEPS_KNOWN_MAX) decimalsByStep.set(step, decimals);
  return decimals;
}

/** A few steps are asked for at each fill, and counting is slow. */
const decimalsByStep = new Map<number, number>();
const STEPS_KNOWN_MAX = 1000;

function countDecimals(step: number): number {
  for (let decimals = 0; decimals <= 12; decimals += 1)
    if (Number(step.toFixed(decimals)) === step) return decimals;
  return 12;
}
