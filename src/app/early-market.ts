/**
 * The market of a directory that is to begin: opened before anything is written, and closed with the
 * store where the start comes to nothing.
 */
import type { Store } from '../state/store.ts';
import { isUnbegun } from './foreign-folder.ts';
import type { MarketSource, WireOptions } from './wire.ts';

/** Of a new directory, where none is given. */
export const DEFAULT_SEED = 1;

/** A market as it was opened for a seed. */
export interface Early {
  readonly source: MarketSource;
  readonly seed: number;
}

/** A market that cannot be had leaves no directory that was begun for it. Null: one was before. */
export async function marketBefore(options: WireOptions): Promise<Early | null> {
  const { directory, journalMirror, seed = DEFAULT_SEED } = options;
  if (directory === null || journalMirror !== null) return null;
  return isUnbegun(directory) ? { source: await options.source(seed), seed } : null;
}

/** Another bot may have begun the directory meanwhile, with another seed. */
export async function marketFor(
  options: WireOptions,
  early: Early | null,
  seed: number,
): Promise<MarketSource> {
  if (early?.seed === seed) return early.source;
  await early?.source.feed.close();
  return options.source(seed);
}

/** What fails while things are given back after a failure is not the thing to tell. */
export async function closeAfter(store: Store | null, early: Early | null): Promise<void> {
  const closings = [async () => store?.close(), async () => early?.source.feed.close()];
  await Promise.allSettled(closings.map(close => close()));
}
