/**
 * Contract rules where no exchange tells them: on tapes and in the simulated market.
 *
 * Promises: the same rules for the same symbol and first price, on every run. Known markets have
 * the steps of the large exchanges; others get steps from the magnitude of their first price.
 * Never: the rules of a real account; live trading asks the exchange.
 */
import { toUnits, type Units } from '../base/money.ts';
import type { Contract, MaintenanceTier } from '../core/market.ts';

interface Known {
  readonly priceStep: number;
  readonly lotSize: number;
  readonly notionalMin: number;
  readonly leverageMax: number;
}

const KNOWN: Readonly<Record<string, Known>> = {
  'BTC/USDT:USDT': { priceStep: 0.1, lotSize: 0.001, notionalMin: 100, leverageMax: 125 },
  'ETH/USDT:USDT': { priceStep: 0.01, lotSize: 0.001, notionalMin: 20, leverageMax: 100 },
};
const NOTIONAL_MIN = 5;
const LEVERAGE_MAX = 50;

/** Notional (quote currency) up to which a rate holds; the last one holds above too. */
const tier = (notionalMax: number, rate: number): MaintenanceTier => ({
  notionalMax: toUnits(notionalMax),
  rate,
});
const MAJOR_TIERS = [
  tier(50_000, 0.004),
  tier(600_000, 0.005),
  tier(3_000_000, 0.0065),
  tier(12_000_000, 0.01),
  tier(70_000_000, 0.02),
  tier(80_000_000, 0.05),
];
const MINOR_TIERS = [
  tier(10_000, 0.01),
  tier(50_000, 0.02),
  tier(250_000, 0.05),
  tier(1_000_000, 0.1),
  tier(5_000_000, 0.125),
];

/** `price` is the symbol's first price on this tape. */
export function contractOf(symbol: string, price: number): Contract {
  const known = KNOWN[symbol];
  const notionalMin: Units = toUnits(known?.notionalMin ?? NOTIONAL_MIN);
  return {
    symbol,
    // Six significant digits, as exchanges have it; a lot is worth at most one quote unit.
    priceStep: known?.priceStep ?? powerOfTen(magnitude(price) - 5),
    lotSize: known?.lotSize ?? powerOfTen(-Math.max(0, magnitude(price) + 1)),
    notionalMin,
    leverageMax: known?.leverageMax ?? LEVERAGE_MAX,
    tiers: known === undefined ? MINOR_TIERS : MAJOR_TIERS,
  };
}

/** 16537 → 4, 0.5 → −1. */
function magnitude(price: number): number {
  let exponent = 0;
  while (powerOfTen(exponent + 1) <= price) exponent += 1;
  while (powerOfTen(exponent) > price && exponent > -12) exponent -= 1;
  return exponent;
}

/** Parsed, so that it is the double nearest to the decimal. Never finer than 1e-12. */
const powerOfTen = (exponent: number): number => Number(`1e${Math.max(-12, exponent)}`);
