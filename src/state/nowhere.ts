/**
 * Nowhere: a disk that holds nothing, in the place of a copy that is not to be looked at.
 *
 * Never: written to; that is a bug.
 */
import { Bug } from '../base/assert.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';

const refuse = (): never => {
  throw new Bug('nothing is ever written nowhere');
};

const nowhere = (root: string): Disk => ({
  root,
  list: () => [],
  files: () => [],
  read: () => null,
  stat: () => null,
  create: refuse,
  append: refuse,
  rename: refuse,
  link: refuse,
  remove: refuse,
  removeFolder: refuse,
  makeFolder: refuse,
  syncFolder: refuse,
  syncFile: refuse,
});

/** The directory with its own copy of the journal alone. */
export const ownCopy = ({ a, b }: Disks): Disks => ({ a, b: nowhere(b.root), alone: true });

/** The other copy alone. */
export const otherCopy = ({ a, b }: Disks): Disks => ({ a: nowhere(a.root), b, alone: true });
