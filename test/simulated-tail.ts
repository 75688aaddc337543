/**
 * What a disk may show of bytes that were written and not synced when the power went.
 *
 * Promises: every kind is a legal state of an ordinary file system. Never: touches synced bytes.
 */
import type { Rng } from '../src/base/rng.ts';

/** What an unsynced tail may look like after a power cut. */
export const TAILS = [
  'none',
  'all',
  'prefix',
  'one',
  'sector',
  'half',
  'last',
  'zeros',
  'garbage',
  'pages',
] as const;
export type Tail = (typeof TAILS)[number];

export function tailOf(tail: Buffer, kind: Tail, rng: Rng): Buffer {
  const { length } = tail;
  switch (kind) {
    case 'none':
      return Buffer.alloc(0);
    case 'all':
      return Buffer.from(tail);
    case 'prefix':
      return tail.subarray(0, rng.nextInt(length + 1));
    case 'one':
      return tail.subarray(0, 1);
    case 'sector':
      return tail.subarray(0, Math.min(512, length));
    case 'half':
      return tail.subarray(0, Math.floor(length / 2));
    case 'last':
      return tail.subarray(0, length - 1);
    case 'zeros':
      return Buffer.alloc(length);
    case 'garbage':
      return Buffer.from(Array.from({ length }, () => rng.nextInt(256)));
    default:
      return withLostPages(tail, rng);
  }
}

/** Pages of one batch reach the disk in any order. */
function withLostPages(tail: Buffer, rng: Rng): Buffer {
  const shown = Buffer.from(tail);
  for (let at = 0; at < shown.length; at += 512)
    if (rng.nextInt(2) === 0) shown.fill(0, at, Math.min(at + 512, shown.length));
  return shown;
}
