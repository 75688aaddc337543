/**
 * The old bot's Q-table in the states and actions of this one.
 *
 * Promises: the order of the values of each state is kept: a table whose values are larger than a
 * reward here can be is scaled down as a whole; what stands beside the table is told by name. Never:
 * takes over how it learns: that is said by the config.
 */
import { REGIMES, VOLATILITY_LEVELS } from '../core/market.ts';
import { type QTableState, qTable } from '../learn/q-table.ts';
import { ACTIONS, MARKET_STATES, type PerState } from '../learn/q-values.ts';
import { type Notes, namesText } from './finding.ts';
import { fieldsWithin, leftIn, noteLeft, type OldFields, pick, understand } from './old-field.ts';
import { type CellReader, type Cells, createCellReader, readCells } from './old-q-cell.ts';
import type { PickleValue } from './pickle-value.ts';
import { entriesOf, numberOf, plainName, textOf } from './python-value.ts';

const TABLE = ['qtable', 'qvalues', 'q', 'table', 'values'];
const VISITS = ['visitcounts', 'visits', 'visitcount', 'counts', 'stateactioncounts', 'n'];
const EPSILON = ['epsilon', 'eps', 'explorationrate', 'currentepsilon'];
/** The largest reward here: learn/q-table.ts clips at it. */
const VALUE_MAX = 3;

export function readQTable(value: PickleValue, notes: Notes): QTableState {
  const fields = fieldsWithin(value, name => !TABLE.includes(name) && !VISITS.includes(name));
  const reader = createCellReader(fields);
  const found =
    pick(fields, TABLE, each => cellsIn(each, reader)) ??
    pick(fields, TABLE, each => (entriesOf(each) === null ? null : readCells(each, reader)));
  const table = found ?? readCells(ownTable(value, fields, reader), reader);
  const state = qTable.initial();
  fill(state.q, table.cells);
  if (table.cells.size > 0) notes.carried('values', valuesText(table));
  else notes.lost('values', 'no value that names a regime and a strategy was found');
  noteStrangers('values', table, notes);
  scaleDown(state.q, notes);
  const visits = pick(fields, VISITS, each => cellsIn(each, reader));
  takeVisits(state, visits, notes);
  if (visits !== null) noteStrangers('visits', visits, notes);
  takeEpsilon(state, fields, notes);
  if (reader.stepsLeft < 0) notes.lost('more values', 'there are more than are looked at');
  noteLeft(notes, leftIn(fields), {
    what: 'other fields',
    why: 'how it learns is said by the config',
  });
  return state;
}

/** Null where it holds no cell. */
function cellsIn(value: PickleValue, reader: CellReader): Cells | null {
  const cells = readCells(value, reader);
  return cells.cells.size > 0 ? cells : null;
}

/** Where the file itself is the table: all of it but the fields that stand beside the values. */
function ownTable(value: PickleValue, { named }: OldFields, reader: CellReader): PickleValue {
  const entries = (entriesOf(value) ?? []).filter(entry => {
    const field = named.get(plainName(textOf(entry[0]) ?? ''));
    if (field === undefined) return true;
    if (field.touched || cellsIn({ kind: 'dict', entries: [entry] }, reader) === null) return false;
    understand(field);
    return true;
  });
  return { kind: 'dict', entries };
}

function noteStrangers(what: string, { strangers, nameless }: Cells, notes: Notes): void {
  if (strangers.length > 0) notes.lost(`${what} of other names`, namesText(strangers));
  if (nameless.length > 0)
    notes.lost(`${what} without names`, `${namesText(nameless)}: nothing says of which strategies`);
}

function takeEpsilon(state: QTableState, fields: OldFields, notes: Notes): void {
  const epsilon = pick(fields, EPSILON, value => {
    const share = numberOf(value);
    return share !== null && share >= 0 && share <= 1 ? share : null;
  });
  if (epsilon === null) {
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

function takeVisits(state: QTableState, said: Cells | null, notes: Notes): void {
  const cells: Cells['cells'] = said?.cells ?? new Map();
  let all = 0;
  for (const name of MARKET_STATES)
    for (const action of ACTIONS) {
      const mean = meanOf(cells.get(`${name}|${action}`) ?? []);
      const count = Math.min(Math.max(0, Math.round(mean ?? 0)), VISITS_MAX);
      const visits = cells.size > 0 ? count : Number(state.q[name][action] !== 0);
      state.visits[name][action] = visits;
      all += visits;
    }
  state.rewards = all;
  if (cells.size > 0) notes.carried('visits', `${all} in all`);
  else notes.defaulted('visits', `1 of each value that is not 0: ${all} in all`);
}

const VISITS_MAX = 1e9;

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
