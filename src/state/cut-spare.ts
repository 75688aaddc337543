/**
 * Spares that the journal no longer leads on from: they are there, and of no use.
 *
 * Promises: pure; told before they are needed.
 */
import type { Manifest } from './manifest.ts';
import type { Finding } from './verify.ts';

/** `first`: the journal begins with it. */
export const cutSpares = (manifest: Manifest | null, first: number): Finding[] =>
  (manifest?.generations.slice(1) ?? []).flatMap(({ seq, components }): Finding[] => {
    const needed = Math.min(...Object.values(components).map(({ through }) => through));
    if (first <= needed + 1) return [];
    const text =
      `nothing leads on from the generation of step ${seq}: ` +
      `the journal's steps ${needed + 1} to ${first - 1} are gone`;
    const remedy = 'holdfast state checkpoint makes the next spare; keep a backup until then';
    return [{ file: 'previous', severity: 'note', text, remedy }];
  });
