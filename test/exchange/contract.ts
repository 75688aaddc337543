/**
 * The contracts that the test exchange lists, with KuCoin futures' own rules.
 *
 * Promises: linear USDT perpetuals; ids as KuCoin spells them (bitcoin is XBT).
 * Never: a rule that the real contract does not have.
 */
import { decimal, number } from './decimal.ts';

/** Up to `maxNotional` USDT a position needs `maintain` of its value as margin. */
export interface Tier {
  readonly maxNotional: number;
  readonly maxLeverage: number;
  readonly initial: number;
  readonly maintain: number;
}

export interface Contract {
  /** KuCoin's id: XBTUSDTM. */
  readonly id: string;
  /** KuCoin's name of the coin: XBT. */
  readonly base: string;
  /** Smallest price change, 1e-8. */
  readonly tick: bigint;
  /** Coins in one lot, 1e-8. */
  readonly multiplier: bigint;
  readonly lotsMax: number;
  readonly tiers: readonly Tier[];
}

export const MAKER_RATE = decimal('0.0002');
export const TAKER_RATE = decimal('0.0006');

const majors: readonly Tier[] = [
  { maxNotional: 250_000, maxLeverage: 125, initial: 0.008, maintain: 0.004 },
  { maxNotional: 600_000, maxLeverage: 100, initial: 0.01, maintain: 0.005 },
  { maxNotional: 2_000_000, maxLeverage: 50, initial: 0.02, maintain: 0.01 },
];
const others: readonly Tier[] = [
  { maxNotional: 100_000, maxLeverage: 75, initial: 0.014, maintain: 0.007 },
  { maxNotional: 500_000, maxLeverage: 25, initial: 0.04, maintain: 0.02 },
];

const listed = (base: string, tick: string, multiplier: string): Contract => ({
  id: `${base}USDTM`,
  base,
  tick: decimal(tick),
  multiplier: decimal(multiplier),
  lotsMax: 1_000_000,
  tiers: base === 'XBT' || base === 'ETH' ? majors : others,
});

const CONTRACTS: readonly Contract[] = [
  listed('XBT', '0.1', '0.001'),
  listed('ETH', '0.01', '0.01'),
  listed('SOL', '0.001', '0.1'),
  listed('LTC', '0.01', '0.1'),
  listed('XRP', '0.0001', '10'),
  listed('ADA', '0.00001', '10'),
  listed('DOT', '0.001', '1'),
  listed('LINK', '0.001', '0.1'),
];

/** The contract of a coin as others name it: BTC is XBT here. */
export function contractOf(coin: string): Contract {
  const base = coin === 'BTC' ? 'XBT' : coin;
  const found = CONTRACTS.find(contract => contract.base === base);
  if (found === undefined) throw new Error(`the test exchange lists no contract for ${coin}`);
  return found;
}

export const tierOf = (contract: Contract, notional: bigint): Tier =>
  contract.tiers.find(tier => notional <= decimal(tier.maxNotional)) ??
  (contract.tiers.at(-1) as Tier);

/** One row of `contracts/active`. */
export function contractAnswer(contract: Contract, price: bigint, fundingRate: number): object {
  const { id, base } = contract;
  const [first] = contract.tiers as readonly [Tier];
  const risk = contract.tiers.at(-1)?.maxNotional;
  return {
    ...{ symbol: id, rootSymbol: 'USDT', type: 'FFWCSX', firstOpenDate: 1_585_555_200_000 },
    ...{ expireDate: null, settleDate: null, baseCurrency: base, displayBaseCurrency: base },
    ...{ quoteCurrency: 'USDT', settleCurrency: 'USDT', displaySymbol: id },
    ...{ maxOrderQty: contract.lotsMax, marketMaxOrderQty: contract.lotsMax, maxPrice: 1_000_000 },
    ...{ lotSize: 1, tickSize: number(contract.tick), indexPriceTickSize: 0.01 },
    ...{ multiplier: number(contract.multiplier), initialMargin: first.initial },
    ...{ maintainMargin: first.maintain, maxRiskLimit: risk, minRiskLimit: risk, riskStep: 50_000 },
    ...{ makerFeeRate: number(MAKER_RATE), takerFeeRate: number(TAKER_RATE) },
    ...{ takerFixFee: 0, makerFixFee: 0, settlementFee: null, isDeleverage: true, isQuanto: false },
    ...{ isInverse: false, markMethod: 'FairPrice', fairMethod: 'FundingRate' },
    ...{ fundingBaseSymbol: `.${base}INT8H`, fundingQuoteSymbol: '.USDTINT8H' },
    ...{ fundingRateSymbol: `.${id}FPI8H`, indexSymbol: `.K${base}USDT`, settlementSymbol: '' },
    ...{ status: 'Open', fundingFeeRate: fundingRate, predictedFundingFeeRate: fundingRate },
    ...{ fundingRateGranularity: 28_800_000, openInterest: '8724443', turnoverOf24h: 0 },
    ...{ volumeOf24h: 0, markPrice: number(price), indexPrice: number(price) },
    ...{ lastTradePrice: number(price), nextFundingRateTime: 25_481_884 },
    ...{ maxLeverage: first.maxLeverage, supportCross: true },
  };
}

/** The rows of `contracts/risk-limit/{symbol}`. */
export const riskLimitAnswer = (contract: Contract): object[] =>
  contract.tiers.map((tier, index) => ({
    symbol: contract.id,
    level: index + 1,
    maxRiskLimit: tier.maxNotional,
    minRiskLimit: contract.tiers[index - 1]?.maxNotional ?? 0,
    maxLeverage: tier.maxLeverage,
    initialMargin: tier.initial,
    maintainMargin: tier.maintain,
  }));
