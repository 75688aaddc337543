/**
 * Upgrades of the market's file.
 *
 * Promises: every symbol and every label that waits is kept. Never: knows today's features.
 */
import { asArray, asRecord } from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { FEATURE_LISTS } from '../core/feature.ts';

/** Version 2: a pending label has the feature window of its opening; 0.1.0 kept none. */
export const toVersion2 = (old: Encoded): Encoded =>
  eachPending(old, label => ({ ...label, sequence: null }));

/** Version 3: a pending label has no mean of its window any more; nobody read it. */
export const toVersion3 = (old: Encoded): Encoded =>
  eachPending(old, ({ context: _, ...label }) => label);

/** Version 4: the file names its features; those before are of the first list. */
export function toVersion4(old: Encoded): Encoded {
  if (old.format !== 'json.zst') throw new Error(`market: not ${old.format}`);
  return { ...old, value: { ...old.value, featureNames: FEATURE_LISTS[0] } };
}

type Tree = Readonly<Record<string, unknown>>;

function eachPending(old: Encoded, lift: (label: Tree) => Tree): Encoded {
  if (old.format !== 'json.zst') throw new Error(`market: not ${old.format}`);
  const symbols = Object.entries(asRecord(old.value['symbols'], 'market.symbols'));
  const lifted = symbols.map(([name, symbol]) => {
    const { pending, ...rest } = asRecord(symbol, 'market.symbols');
    const labels = asArray(pending, null, 'market.symbols.pending');
    const of = (label: unknown) => lift(asRecord(label, 'a pending label'));
    return [name, { ...rest, pending: labels.map(of) }];
  });
  return { format: old.format, value: { ...old.value, symbols: Object.fromEntries(lifted) } };
}
