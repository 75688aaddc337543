/**
 * Feature migration: carries what was learned of features over to a release with other features,
 * by name. One set of functions for all that keeps a value per feature.
 *
 * Promises: a feature that stays keeps its values wherever its column goes; one that is new starts
 * neutral. Never: matches by position.
 */
import { asArray, asNumbers, asText, type Reader } from '../base/field.ts';
import { FEATURE_LISTS, FEATURE_NAMES, RENAMED_FEATURES } from './feature.ts';

export interface ColumnMap {
  /** True where the names and their order are those of today. */
  readonly same: boolean;
  /** What the columns were called. */
  readonly names: readonly string[];
  /** By today's column: the former one; −1: it is new. */
  readonly former: readonly number[];
  /** By former column: today's one; −1: it was dropped. */
  readonly today: readonly number[];
}

export interface Names {
  readonly today: readonly string[];
  /** Today's name by the former one. */
  readonly renamed: Readonly<Record<string, string>>;
}

const NAMES: Names = { today: FEATURE_NAMES, renamed: RENAMED_FEATURES };

export function columnMap(names: readonly string[], of: Names = NAMES): ColumnMap {
  const current = names.map(name => nameToday(name, of.renamed));
  if (new Set(current).size !== names.length) throw new Error('two features of one name');
  const former = of.today.map(name => current.indexOf(name));
  const today = current.map(name => of.today.indexOf(name));
  const same =
    names.length === of.today.length && former.every((column, index) => column === index);
  return { same, names, former, today };
}

/** A feature may have been renamed more than once. */
function nameToday(name: string, renamed: Names['renamed']): string {
  let current = name;
  for (let step = 0; step <= Object.keys(renamed).length; step += 1) {
    if (!Object.hasOwn(renamed, current)) return current;
    current = renamed[current]!;
  }
  throw new Error(`the feature ${name} is renamed in a circle`);
}

/** A row of values, or several one after the other, in today's columns; the list itself where they are. */
export function migrateRows(
  rows: readonly number[],
  map: ColumnMap,
  neutral: number,
): readonly number[] {
  if (map.same) return rows;
  const moved: number[] = [];
  for (let start = 0; start < rows.length; start += map.names.length)
    for (const column of map.former) moved.push(column < 0 ? neutral : rows[start + column]!);
  return moved;
}

/** Weights by the map's columns; a feature that is new is neither preferred nor passed over. */
export const gateToday =
  (map: ColumnMap): Reader<readonly number[]> =>
  (value, path) =>
    migrateRows(asNumbers(value, map.names.length, path), map, 1);

/** The names that a file carries. */
export const asColumnMap = (value: unknown, what: string): ColumnMap =>
  columnMap(asArray(value, null, what).map(name => asText(name, what)));

const MAPS = FEATURE_LISTS.map(names => columnMap(names));

/** The columns of a fact; `list`: as the fact says, absent under the first list. */
export function mapOfList(list: number | undefined): ColumnMap {
  const map = MAPS[list ?? 0];
  if (map === undefined) throw new Error(`the feature list ${list} is not known`);
  return map;
}

/** What a fact has per feature, in today's columns; 0 for those that it does not know. */
export function rowToday(row: readonly number[], list: number | undefined): number[] {
  const map = mapOfList(list);
  if (map.names.length !== row.length)
    throw new Error(`a feature row of ${row.length} values in list ${list ?? 0}`);
  return migrateRows(row, map, 0).slice();
}
