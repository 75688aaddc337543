/**
 * The maintenance tiers of the config: a flat list, grouped by pair, into the rules of the settings.
 *
 * Promises: each group rises in size and in rate, and its last tier has no upper end, so that every
 * position has exactly one rate; what does not is one line that names the tier. Never: sorts or
 * completes what was given.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { toUnits } from '../base/money.ts';
import type { TierRule } from '../core/market.ts';
import type { Settings } from '../core/settings.ts';
import type { TierConfig } from './config-schema.ts';

type Tiers = readonly TierConfig[] | null;

interface Placed extends TierConfig {
  /** `maintenance_tiers.2`. */
  readonly path: string;
}

export function refuseWrongTiers(tiers: Tiers): void {
  for (const group of groupsOf(tiers).values())
    group.forEach((tier, index) => {
      const before = group[index - 1];
      if (before !== undefined) refuseFalling(before, tier);
      refuseWrongEnd(tier, index === group.length - 1);
    });
}

function refuseFalling(before: Placed, tier: Placed): void {
  const { path, rate, notional_max: end } = tier;
  if (rate <= before.rate)
    throw fault(
      `${path}.rate (${rate}) is not above that of the tier before it (${before.rate})`,
      'a larger position needs a higher rate: order the tiers from small to large',
    );
  if (end !== null && before.notional_max !== null && end <= before.notional_max)
    throw fault(
      `${path}.notional_max (${end}) is not above that of the tier before it (${before.notional_max})`,
      'order the tiers from small to large',
    );
}

function refuseWrongEnd({ path, pair, notional_max: end }: Placed, isLast: boolean): void {
  const whose = pair === undefined ? '' : ` of ${pair}`;
  if (isLast && end !== null)
    throw fault(
      `${path} is the last tier${whose} and ends at ${end}`,
      'give it "notional_max": null, so that a position of any size has a rate',
    );
  if (!isLast && end === null)
    throw fault(
      `${path} has no upper end, but another tier${whose} follows it`,
      'only the last tier has "notional_max": null',
    );
}

/** By pair, in the order given; the tiers without one are for every other pair. */
function groupsOf(tiers: Tiers): Map<string | null, Placed[]> {
  const groups = new Map<string | null, Placed[]>();
  (tiers ?? []).forEach((tier, index) => {
    const group = groups.get(tier.pair ?? null) ?? [];
    group.push({ ...tier, path: `maintenance_tiers.${index}` });
    groups.set(tier.pair ?? null, group);
  });
  return groups;
}

/** Nothing at all where the key is not set: settings of before it stay what they were. */
export function tierRulesOf(tiers: Tiers): Pick<Settings, 'maintenanceTiers'> {
  if (tiers === null) return {};
  const rules = [...groupsOf(tiers)].map(
    ([symbol, group]): TierRule => ({
      symbol,
      tiers: group.map(({ notional_max: end, rate }) => ({
        notionalMax: end === null ? Number.MAX_SAFE_INTEGER : toUnits(end),
        rate,
      })),
    }),
  );
  return { maintenanceTiers: rules };
}

const fault = (message: string, remedy: string): Fault => new Fault(EXIT.config, message, remedy);
