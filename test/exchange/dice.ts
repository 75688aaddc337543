/**
 * Seeded chances: the same seed and the same name always give the same number.
 *
 * Promises: no state, so the order of asking changes nothing. Never: reads a clock.
 */

/** A number in [0, 1) for this seed and this name (FNV-1a, then two rounds of mixing). */
export function dice(seed: number, ...name: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const char of name.join('|')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
