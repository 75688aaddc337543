/**
 * The rules of a pair, as the exchange tells them.
 *
 * Promises: linear perpetuals alone, margined in their quote currency; a pair that is none is a
 * config fault with the nearest one. Steps and sizes are the exchange's; maintenance tiers too,
 * where it tells them to somebody without a key, else the careful ones that tapes have.
 * Never: rounds in our favour.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { QUOTE_MAX, toUnits } from '../../base/money.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { Contract, MaintenanceTier } from '../../core/market.ts';
import { contractOf } from '../contract.ts';
import { ask } from './ask.ts';
import { type Client, EXCHANGES } from './load.ts';

export interface LiveMarket {
  readonly contract: Contract;
  /** Base units in one unit of the exchange's candle volume. */
  readonly volumeUnit: number;
  /** Shares of notional, as everybody pays them; null: not told. */
  readonly fees: { readonly maker: number; readonly taker: number } | null;
}

/** Of ccxt's market what is read here. */
export interface ListedMarket {
  readonly symbol: string;
  readonly quote?: string | undefined;
  readonly settle?: string | undefined;
  readonly swap?: boolean | undefined;
  readonly linear?: boolean | undefined;
  readonly active?: boolean | undefined;
  readonly contractSize?: number | undefined;
  readonly maker?: number | undefined;
  readonly taker?: number | undefined;
  readonly precision?: {
    readonly amount?: number | undefined;
    readonly price?: number | undefined;
  };
  readonly limits?: {
    readonly amount?: { readonly min?: number | undefined };
    readonly cost?: { readonly min?: number | undefined };
    readonly leverage?: { readonly max?: number | undefined };
  };
}

/** Of ccxt's leverage tier what is read here. */
export interface ListedTier {
  readonly maxNotional?: number | undefined;
  readonly maintenanceMarginRate?: number | undefined;
}

type TierClient = Pick<Client, 'has' | 'fetchMarketLeverageTiers'>;

/** Digits of a double that are the decimal's own. */
const DIGITS = 15;
const times = (one: number, other: number): number => Number((one * other).toPrecision(DIGITS));

/** The pair among `listed`; refused with what is wrong with it. */
export function findMarket(
  listed: Readonly<Record<string, ListedMarket | undefined>>,
  { id, pair }: { readonly id: string; readonly pair: string },
): ListedMarket {
  const market = listed[pair];
  const refuse = (what: string, remedy: string): Fault => new Fault(EXIT.config, what, remedy);
  if (market === undefined) {
    const near = nearPairs(pair, Object.values(listed));
    throw refuse(
      `${id} has no ${pair}`,
      near.length === 0 ? 'write pairs like BTC/USDT:USDT' : `did you mean ${near.join(' or ')}?`,
    );
  }
  if (!isLinear(market))
    throw refuse(
      `${pair} is no linear perpetual`,
      'Holdfast trades perpetuals margined in their quote currency, like BTC/USDT:USDT',
    );
  if (market.active === false)
    throw refuse(`${pair} is not traded on ${id} now`, 'leave it out, or start again later');
  return market;
}

const isLinear = ({ swap, linear, quote, settle }: ListedMarket): boolean =>
  swap === true && linear === true && quote !== undefined && quote === settle;

const NEAR_MAX = 3;

/** The same coin's pairs, else the one spelled most like it. */
function nearPairs(pair: string, listed: readonly (ListedMarket | undefined)[]): string[] {
  const names = listed.flatMap(one => (one !== undefined && isLinear(one) ? [one.symbol] : []));
  const [base = ''] = pair.toUpperCase().split(/[/:-]/);
  const same = names.filter(name => name.startsWith(`${base}/`));
  if (same.length > 0) return same.slice(0, NEAR_MAX);
  const near = nearestName(pair, names);
  return near === null ? [] : [near];
}

export async function liveMarket(
  client: TierClient,
  id: string,
  market: ListedMarket,
): Promise<LiveMarket> {
  const { symbol, contractSize = 1, maker, taker, precision, limits } = market;
  const priceStep = precision?.price ?? 0;
  // The step that what is sent is counted in, too (`stepOf`).
  const amountStep = precision?.amount ?? 0;
  if (!(priceStep > 0) || !(amountStep > 0))
    throw new Fault(
      EXIT.config,
      `${id} does not tell the steps of ${symbol}`,
      'leave the pair out, or use another exchange',
    );
  return {
    contract: {
      symbol,
      priceStep,
      lotSize: times(contractSize, amountStep),
      ...leastLots(limits?.amount?.min ?? 0, amountStep),
      notionalMin: toUnits(limits?.cost?.min ?? 0),
      // Not told: none is dared.
      leverageMax: Math.max(1, limits?.leverage?.max ?? 1),
      tiers: await tiersOf(client, symbol),
    },
    volumeUnit: EXCHANGES[id]?.volumeIn === 'contracts' ? contractSize : 1,
    fees: maker === undefined || taker === undefined ? null : { maker, taker },
  };
}

/** An amount that is no whole number of steps is rounded up: less is not taken. */
function leastLots(least: number, step: number): Pick<Contract, 'lotsMin'> {
  const lots = Math.ceil(Number((least / step).toPrecision(DIGITS)));
  return lots > 1 ? { lotsMin: lots } : {};
}

/** Some exchanges tell their tiers to account holders alone. */
async function tiersOf(client: TierClient, symbol: string): Promise<readonly MaintenanceTier[]> {
  if (client.has['fetchMarketLeverageTiers'] !== true) return carefulTiers(symbol);
  const answer = await ask(() => client.fetchMarketLeverageTiers(symbol));
  const tiers = answer.ok ? tiersFrom(answer.value) : [];
  return tiers.length === 0 ? carefulTiers(symbol) : tiers;
}

const carefulTiers = (symbol: string): readonly MaintenanceTier[] => contractOf(symbol, 1).tiers;

/** Ascending, up to what can be counted; a tier that makes no sense is left out. */
export function tiersFrom(listed: readonly ListedTier[]): readonly MaintenanceTier[] {
  const tiers: MaintenanceTier[] = [];
  const ascending = [...listed].sort(
    (a, b) => (a.maxNotional ?? Infinity) - (b.maxNotional ?? Infinity),
  );
  for (const { maxNotional, maintenanceMarginRate: rate = 0 } of ascending) {
    if (!(rate > 0 && rate < 1)) continue;
    const notionalMax = toUnits(Math.min(maxNotional ?? QUOTE_MAX, Math.floor(QUOTE_MAX)));
    if (notionalMax <= (tiers.at(-1)?.notionalMax ?? 0)) break;
    tiers.push({ notionalMax, rate: Math.max(rate, tiers.at(-1)?.rate ?? 0) });
  }
  return tiers;
}
