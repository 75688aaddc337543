/**
 * The old bot's Q-table in the states and actions of this one.
 *
 * However it is nested (a tuple as key, dictionaries in dictionaries, `regime_volatility` in one text,
 * a list of values beside a list of names), each value has a path of names. A path is understood when
 * it names a regime and a strategy; a volatility that it does not name means all three.
 * Promises: the order of the values of each state is kept: a table whose values are larger than a
 * reward here can be is scaled down as a whole. Never: takes a number of a row for a name.
 */
import { REGIMES, type Regime, VOLATILITY_LEVELS, type VolatilityLevel } from '../core/market.ts';
import { type QTableState, qTable } from '../learn/q-table.ts';
import { ACTIONS, type Action, MARKET_STATES, type PerState } from '../learn/q-values.ts';
import { type Notes, namesText } from './finding.ts';
import { pickNumber } from './old-field.ts';
import { isKind, type PickleValue } from './pickle-value.ts';
import {
  entriesOf,
  type Fields,
  fieldsOf,
  itemsOf,
  numberOf,
  plainName,
  textOf,
} from './python-value.ts';

const TABLE = ['qtable', 'qvalues', 'q', 'table', 'values'];
const VISITS = ['visitcounts', 'visits', 'visitcount', 'counts', 'stateactioncounts', 'n'];
const NAMES = ['strategies', 'actions', 'strategynames', 'actionnames', 'actionspace'];
const EPSILON = ['epsilon', 'eps', 'explorationrate', 'currentepsilon'];
/** The largest reward here: learn/q-table.ts clips at it. */
const VALUE_MAX = 3;
const STEPS_MAX = 20_000;
const DEPTH_MAX = 4;

interface Leaf {
  readonly path: readonly string[];
  readonly value: number;
}

export function readQTable(value: PickleValue, notes: Notes): QTableState {
  const fields: Fields = fieldsOf(value) ?? new Map();
  const inner = TABLE.flatMap(name => fields.get(name) ?? []).find(
    each => leavesOf(each, fields).length > 0,
  );
  const values = cellsOf(leavesOf(inner ?? value, fields));
  const state = qTable.initial();
  fill(state.q, values.cells);
  if (values.cells.size > 0) notes.carried('values', valuesText(values));
  else notes.lost('values', 'no value that names a regime and a strategy was found');
  if (values.strangers.length > 0) notes.lost('values of other names', namesText(values.strangers));
  scaleDown(state.q, notes);
  const said = VISITS.flatMap(name => fields.get(name) ?? []).at(0);
  takeVisits(state, said === undefined ? [] : leavesOf(said, fields), notes);
  takeEpsilon(state, fields, notes);
  return state;
}

function takeEpsilon(state: QTableState, fields: Fields, notes: Notes): void {
  const epsilon = pickNumber(fields, EPSILON);
  if (epsilon === null || epsilon < 0 || epsilon > 1) {
    notes.defaulted('epsilon', `${state.epsilon}, as at the start`);
    return;
  }
  if (state.rewards === 0) {
    notes.lost('epsilon', 'a table without visits starts with that of the config');
    return;
  }
  state.epsilon = epsilon;
  notes.carried('epsilon', String(epsilon));
}

function takeVisits(state: QTableState, leaves: readonly Leaf[], notes: Notes): void {
  const { cells } = cellsOf(leaves);
  let all = 0;
  for (const name of MARKET_STATES)
    for (const action of ACTIONS) {
      const said = meanOf(cells.get(`${name}|${action}`) ?? []);
      const count = Math.min(Math.max(0, Math.round(said ?? 0)), VISITS_MAX);
      const visits = cells.size > 0 ? count : Number(state.q[name][action] !== 0);
      state.visits[name][action] = visits;
      all += visits;
    }
  state.rewards = all;
  if (cells.size > 0) notes.carried('visits', `${all} in all`);
  else notes.defaulted('visits', `1 of each value that is not 0: ${all} in all`);
}

const VISITS_MAX = 1e9;

/** Every number in it, with the names that lead there. */
function leavesOf(value: PickleValue, fields: Fields): Leaf[] {
  const names = NAMES.map(name => itemsOf(fields.get(name))?.map(textOf)).find(
    list => list !== undefined,
  );
  const leaves: Leaf[] = [];
  let steps = 0;
  const walk = (at: PickleValue, path: readonly string[], depth: number): void => {
    steps += 1;
    // A dictionary may hold itself, or another one many times over.
    if (steps > STEPS_MAX || depth > DEPTH_MAX) return;
    const entries = entriesOf(at);
    if (entries !== null) {
      for (const [key, each] of entries.slice(0, STEPS_MAX - Math.min(steps, STEPS_MAX)))
        walk(each, [...path, ...wordsOf(key)], depth + 1);
      return;
    }
    const number = typeof at === 'boolean' ? null : numberOf(at);
    if (number !== null) {
      if (path.length > 0) leaves.push({ path, value: number });
      return;
    }
    const list = itemsOf(at);
    if (list === null || names === undefined || list.length !== names.length) return;
    list.forEach((each, index) => {
      const name = names[index];
      const named = numberOf(each);
      if (typeof name === 'string' && named !== null)
        leaves.push({ path: [...path, name], value: named });
    });
  };
  walk(value, [], 0);
  return leaves;
}

/** A key as names: a text, a member of an enumeration, or a tuple of them. */
function wordsOf(key: PickleValue): string[] {
  const text = textOf(key);
  // A tuple that was made a text: "('trend_up', 'high')".
  if (text !== null) return text.split(/[(),'"|:]+/).filter(word => word.trim() !== '');
  const items = isKind(key, 'tuple') ? key.items : [];
  return items.slice(0, DEPTH_MAX).map(item => textOf(item) ?? '?');
}

interface Cells {
  /** By `regime|level|action`. */
  readonly cells: ReadonlyMap<string, readonly number[]>;
  /** Paths that were not understood. */
  readonly strangers: readonly string[];
  readonly spread: boolean;
}

function cellsOf(leaves: readonly Leaf[]): Cells {
  const cells = new Map<string, number[]>();
  const strangers: string[] = [];
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
  return { cells, strangers, spread };
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

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

function fill(table: PerState, cells: Cells['cells']): void {
  for (const name of MARKET_STATES)
    for (const action of ACTIONS)
      table[name][action] = (meanOf(cells.get(`${name}|${action}`) ?? []) ?? 0) + 0;
}

function scaleDown(table: PerState, notes: Notes): void {
  const sizes = MARKET_STATES.flatMap(name => ACTIONS.map(action => Math.abs(table[name][action])));
  const largest = Math.max(...sizes);
  if (largest <= VALUE_MAX) return;
  const scale = VALUE_MAX / largest;
  for (const name of MARKET_STATES)
    for (const action of ACTIONS) table[name][action] = table[name][action] * scale + 0;
  notes.defaulted(
    'scale of values',
    `× ${scale.toPrecision(3)}: rewards here are multiples of the risk, ±${VALUE_MAX} at most`,
  );
}

function valuesText({ cells, spread }: Cells): string {
  const total = REGIMES.length * VOLATILITY_LEVELS.length * ACTIONS.length;
  const all = `${cells.size} of ${total} pairs of market and strategy`;
  return spread ? `${all}; a name for several markets counts for each of them` : all;
}
