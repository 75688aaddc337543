/**
 * Tier rules: the maintenance tiers that the settings put in the place of the contracts' own.
 *
 * Promises: the contracts in force have them, and everybody reads those: sizing, the exchange's
 * counter, liquidation and the portfolio. A rule that is taken back leaves the contract's own tiers.
 * The liquidation price of what is open follows at once, as on an exchange that changes its tiers.
 */
import type { Contract, MaintenanceTier, TierRule } from '../core/market.ts';
import type { Position } from '../core/order.ts';
import { liquidationPriceOf } from '../core/position.ts';

/** What of the portfolio the rules are about. */
interface Ruled {
  readonly contracts: Record<string, Contract>;
  ownTiers?: Record<string, readonly MaintenanceTier[]>;
  readonly positions: Readonly<Record<string, Position>>;
}

type Rules = readonly TierRule[] | undefined;

/** Folds the rules of `config.changed`. */
export function applyTierRules(state: Ruled, rules: Rules): void {
  const { ownTiers: formerly } = state;
  // The settings change often, the tiers hardly ever: then nothing is touched.
  if (rules === undefined && formerly === undefined) return;
  const own: Record<string, readonly MaintenanceTier[]> = {};
  for (const contract of Object.values(state.contracts)) {
    const { symbol } = contract;
    const tiers = formerly?.[symbol] ?? contract.tiers;
    const wanted = tiersFor(rules, symbol);
    if (wanted !== undefined) own[symbol] = tiers;
    state.contracts[symbol] = { ...contract, tiers: wanted ?? tiers };
    const position = state.positions[symbol];
    if (position !== undefined)
      position.liquidationPrice = liquidationPriceOf(position, state.contracts[symbol]);
  }
  if (Object.keys(own).length > 0) state.ownTiers = own;
  else delete state.ownTiers;
}

/** The tiers that replace those of a contract, or undefined. */
const tiersFor = (rules: Rules, symbol: string): readonly MaintenanceTier[] | undefined =>
  (rules?.find(rule => rule.symbol === symbol) ?? rules?.find(rule => rule.symbol === null))?.tiers;

interface Held extends Ruled {
  readonly marks: Readonly<Record<string, { readonly price: number }>>;
}

/** A position that these rules would liquidate at its last price, or null. Changes nothing. */
export function liquidatedBy(
  { contracts, ownTiers, positions, marks }: Held,
  rules: Rules,
): Position | null {
  for (const position of Object.values(positions)) {
    const { symbol } = position;
    const contract = contracts[symbol];
    const price = marks[symbol]?.price;
    if (contract === undefined || price === undefined) continue;
    const tiers = tiersFor(rules, symbol) ?? ownTiers?.[symbol] ?? contract.tiers;
    const limit = liquidationPriceOf(position, { ...contract, tiers });
    if (position.direction === 'long' ? price <= limit : price >= limit) return position;
  }
  return null;
}
