/**
 * The cells of an old bot's Q-table: each value with the market and the strategy that it is of.
 *
 * However it is nested (a tuple as key, dictionaries in dictionaries, `regime_volatility` in one text,
 * a list of values beside a list of names, a matrix beside two), each value has a path of names. A path
 * is understood when it names a regime and a strategy; a volatility that it does not name means all three.
 * Promises: bounded, whatever refers to what; what has no place is told. Never: takes a number of a row
 * for a name.
 */
import { type Regime, VOLATILITY_LEVELS, type VolatilityLevel } from '../core/market.ts';
import type { Action } from '../learn/q-values.ts';
import { isEmpty, type OldFields, pick } from './old-field.ts';
import { isKind, type PickleValue } from './pickle-value.ts';
import { entriesOf, itemsOf, numberArrayOf, numberOf, plainName, textOf } from './python-value.ts';

const ACTION_LISTS = ['strategies', 'actions', 'strategynames', 'actionnames', 'actionspace'];
const STATE_LISTS = ['states', 'statenames', 'statespace', 'statelist'];
const STEPS_MAX = 40_000;
const DEPTH_MAX = 4;

/** Names that stand in lists beside the values, and how many values may still be looked at. */
export interface CellReader {
  readonly actions: readonly string[] | null;
  readonly states: readonly (readonly string[])[] | null;
  stepsLeft: number;
}

export function createCellReader(fields: OldFields): CellReader {
  const listed = (names: readonly string[]) =>
    pick(fields, names, value => {
      const words = (itemsOf(value) ?? []).map(wordsOf);
      return words.length > 0 && words.every(each => each.length > 0) ? words : null;
    });
  const actions = listed(ACTION_LISTS)?.map(words => words.join(' ')) ?? null;
  return { actions, states: listed(STATE_LISTS), stepsLeft: STEPS_MAX };
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: number;
}

interface Leaves {
  readonly leaves: Leaf[];
  /** Of lists beside which no list of names of their length stands. */
  readonly nameless: string[];
  /** Of what is no number. */
  readonly others: string[];
}

/** Every number in it, with the names that lead there. */
function leavesOf(root: PickleValue, reader: CellReader): Leaves {
  const found: Leaves = { leaves: [], nameless: [], others: [] };
  const walk = (at: PickleValue, path: readonly string[], depth: number): void => {
    reader.stepsLeft -= 1;
    // A dictionary may hold itself, or another one many times over.
    if (reader.stepsLeft < 0) return;
    const place = path.join(' ');
    const number = typeof at === 'boolean' ? null : numberOf(at);
    const entries = depth > DEPTH_MAX ? null : entriesOf(at);
    const rows = entries !== null || depth > DEPTH_MAX ? null : rowsOf(at);
    if (number !== null && path.length > 0) found.leaves.push({ path, value: number });
    else if (entries !== null)
      for (const [key, each] of entries.slice(0, Math.max(0, reader.stepsLeft)))
        walk(each, [...path, ...wordsOf(key)], depth + 1);
    else if (rows !== null) walkRows(rows, path, depth);
    else if (!isEmpty(at)) found.others.push(place);
  };
  const walkRows = (rows: readonly PickleValue[], path: readonly string[], depth: number): void => {
    const { actions, states } = reader;
    const isOfStates = path.length === 0 && rows.length === states?.length;
    const isOfActions = path.length > 0 && rows.length === actions?.length;
    if (isOfStates || isOfActions)
      rows.forEach((each, at) => {
        const words = isOfStates ? states?.[at] : [actions?.[at] ?? ''];
        walk(each, [...path, ...(words ?? [])], depth + 1);
      });
    else if (rows.length > 0) found.nameless.push(path.join(' ') || 'all');
  };
  walk(root, [], 0);
  return found;
}

/** A list, or the rows of a matrix. */
function rowsOf(value: PickleValue): readonly PickleValue[] | null {
  const items = itemsOf(value);
  const matrix = items === null ? numberArrayOf(value) : null;
  const [count = 0, width, more] = matrix?.shape ?? [];
  if (matrix === null || width === undefined || more !== undefined) return items;
  return Array.from({ length: count }, (_, row) => ({
    kind: 'list' as const,
    items: Array.from(matrix.numbers.subarray(row * width, (row + 1) * width)),
  }));
}

/** A key as names: a text, a member of an enumeration, or a tuple of them. */
function wordsOf(key: PickleValue): string[] {
  const text = textOf(key);
  // A tuple that was made a text: "('trend_up', 'high')".
  if (text !== null) return text.split(/[(),'"|:]+/).filter(word => word.trim() !== '');
  const items = isKind(key, 'tuple') ? key.items : [key];
  return items.slice(0, DEPTH_MAX).map(item => textOf(item) ?? String(numberOf(item) ?? '?'));
}

export interface Cells {
  /** By `regime|level|action`. */
  readonly cells: ReadonlyMap<string, readonly number[]>;
  /** Paths that were not understood. */
  readonly strangers: readonly string[];
  /** Paths of lists of values of which nothing says the strategies. */
  readonly nameless: readonly string[];
  /** A name stood for several markets. */
  readonly spread: boolean;
}

export function readCells(value: PickleValue, reader: CellReader): Cells {
  const { leaves, nameless, others } = leavesOf(value, reader);
  const cells = new Map<string, number[]>();
  const strangers = [...others];
  let spread = false;
  for (const { path, value } of leaves) {
    const place = placeOf(path);
    if (place === null) {
      strangers.push(path.join(' '));
      continue;
    }
    spread ||= place.levels.length > 1 || place.regimes.length > 1;
    for (const regime of place.regimes)
      for (const level of place.levels) {
        const key = `${regime}|${level}|${place.action}`;
        const cell = cells.get(key);
        if (cell === undefined) cells.set(key, [value]);
        else cell.push(value);
      }
  }
  return { cells, strangers, nameless, spread };
}

interface CellPlace {
  readonly regimes: readonly Regime[];
  readonly levels: readonly VolatilityLevel[];
  readonly action: Action;
}

const ACTION_NAMES: readonly (readonly [RegExp, Action])[] = [
  [/^(trendfollow(ing|er)?|trend)$/, 'trend_following'],
  [/^(mean)?rever(sion|t)$|^meanreverting$/, 'mean_reversion'],
  [/^breakouts?$/, 'breakout'],
  [/^momentum$/, 'momentum'],
  [/^(stayout|stay|hold|wait|none|notrade|skip|flat|donothing)$/, 'stay_out'],
];
const LEVEL_NAMES: readonly (readonly [RegExp, VolatilityLevel])[] = [
  [/low|quiet|calm/, 'low'],
  [/normal|medium|mid|moderate|average/, 'normal'],
  [/high|extreme|elevated/, 'high'],
];
const REGIME_NAMES: readonly (readonly [RegExp, readonly Regime[]])[] = [
  [/up|bull/, ['trend_up']],
  [/down|bear/, ['trend_down']],
  [/rang|side|consol|chop|flat|neutral/, ['range']],
  [/trend/, ['trend_up', 'trend_down']],
];

/** The last name that is a strategy's is the action; the others say the market. */
function placeOf(path: readonly string[]): CellPlace | null {
  const names = path.map(plainName);
  const at = names.findLastIndex(name => ACTION_NAMES.some(([pattern]) => pattern.test(name)));
  const action = ACTION_NAMES.find(([pattern]) => pattern.test(names[at] ?? ''))?.[1];
  const market = names.filter((_, index) => index !== at);
  const regimes = firstOf(REGIME_NAMES, market);
  if (action === undefined || regimes === undefined) return null;
  const level = firstOf(LEVEL_NAMES, market);
  return { regimes, levels: level === undefined ? VOLATILITY_LEVELS : [level], action };
}

const firstOf = <T>(
  table: readonly (readonly [RegExp, T])[],
  names: readonly string[],
): T | undefined => table.find(([pattern]) => names.some(name => pattern.test(name)))?.[1];
