/**
 * The difference of two states, for people.
 *
 * Promises: changed paths with old and new value, bounded. Never: changes either.
 */

export interface Difference {
  /** `/positions/BTC/lots` */
  readonly path: string;
  /** Undefined: not there. */
  readonly before: unknown;
  readonly after: unknown;
}

interface Walk {
  readonly found: Difference[];
  readonly max: number;
}

/** At most `max` differences, in the order of the keys. */
export const DIFFERENCES_MAX = 200;

export function diffStates(before: unknown, after: unknown, max = DIFFERENCES_MAX): Difference[] {
  const walk: Walk = { found: [], max };
  compare(before, after, { path: '', walk });
  return walk.found;
}

function compare(before: unknown, after: unknown, at: { path: string; walk: Walk }): void {
  const { path, walk } = at;
  if (walk.found.length >= walk.max || Object.is(before, after)) return;
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    walk.found.push({ path: path === '' ? '/' : path, before, after });
    return;
  }
  const left = before as Record<string, unknown>;
  const right = after as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) compare(left[key], right[key], { path: `${path}/${key}`, walk });
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;
