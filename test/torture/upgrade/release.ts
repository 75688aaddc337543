/**
 * Two releases of the small bot: the one that wrote a directory, and one that knows two upgrades
 * more of its purse and one of its brain.
 *
 * Promises: what an upgrade gives is what the fold of the same facts gives from the start.
 */
import assert from 'node:assert/strict';
import type { AnyComponent, Encoded } from '../../../src/core/component.ts';
import { brain, COMPONENTS, curve, matrix, purse } from '../../state/small-bot.ts';

type Value = Readonly<Record<string, unknown>>;

const lift =
  (change: (value: Value) => Value) =>
  (old: Encoded): Encoded => {
    assert.ok(old.format === 'json');
    return { format: 'json', value: change(old.value) };
  };

const OLD: readonly AnyComponent[] = COMPONENTS;

/** Version 2 renames `paid`, version 3 adds a list. */
const purse3: AnyComponent = {
  ...purse,
  version: 3,
  file: {
    ...purse.file,
    encode: (state: { paid: number; settlements: number; notes: string[] }) => {
      const { paid: total, settlements, notes } = state;
      return { format: 'json', value: { total, settlements, notes } };
    },
    decode: content => {
      assert.ok(content.format === 'json');
      const { total, settlements, notes } = content.value;
      assert.ok(typeof total === 'number' && Array.isArray(notes), 'a purse of version 3');
      return { paid: total, settlements, notes };
    },
  },
  initial: () => ({ paid: 0, settlements: 0, notes: [] }),
  upgrades: {
    2: lift(({ paid, ...more }) => ({ ...more, total: paid })),
    3: lift(value => ({ ...value, notes: [] })),
  },
};

/** Version 2 says in its metadata for what it is. */
const brain2: AnyComponent = {
  ...brain,
  version: 2,
  file: {
    ...brain.file,
    encode: state => {
      const content = brain.file.encode(state);
      assert.ok(content.format === 'safetensors');
      return { ...content, metadata: { ...content.metadata, use: 'signals' } };
    },
    decode: content => {
      assert.ok(content.format === 'safetensors' && content.metadata['use'] === 'signals');
      return brain.file.decode(content);
    },
  },
  upgrades: {
    2: old => {
      assert.ok(old.format === 'safetensors');
      return { ...old, metadata: { ...old.metadata, use: 'signals' } };
    },
  },
};

export const RELEASES = {
  old: OLD,
  now: [purse3, curve, matrix, brain2] as readonly AnyComponent[],
};
