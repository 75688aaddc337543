/**
 * Which components a small life has: the small bot's, or those of its next release, in which the
 * purse has one more schema.
 */
import type { AnyComponent, Encoded } from '../../../src/core/component.ts';
import { COMPONENTS } from '../../state/small-bot.ts';

/** A start of this release on a directory of the one before makes a backup and upgrades. */
export const UPGRADED = 'upgraded';

const next: readonly AnyComponent[] = COMPONENTS.map(component =>
  component.id === 'purse'
    ? { ...component, version: 2, upgrades: { 2: (old: Encoded) => old } }
    : component,
);

export const castOf = (release: string): readonly AnyComponent[] =>
  release === UPGRADED ? next : COMPONENTS;
