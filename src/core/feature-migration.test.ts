import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FEATURE_COUNT, FEATURE_NAMES } from './feature.ts';
import { columnMap, migrateRows, rowToday } from './feature-migration.ts';

const of = (today: readonly string[], renamed: Readonly<Record<string, string>> = {}) => ({
  today,
  renamed,
});

describe('features that change between releases', () => {
  it('keep their values by name, wherever their columns go', () => {
    const map = columnMap(['a', 'b', 'c'], of(['c', 'a', 'b']));
    assert.deepEqual(migrateRows([1, 2, 3, 4, 5, 6], map, 0), [3, 1, 2, 6, 4, 5]);
  });

  it('that are new start neutral, and what was dropped is gone', () => {
    const map = columnMap(['a', 'b', 'c'], of(['b', 'd', 'c']));
    assert.deepEqual(migrateRows([1, 2, 3], map, 0), [2, 0, 3]);
    assert.deepEqual(migrateRows([1, 2, 3], map, 1), [2, 1, 3]);
    assert.deepEqual(map.today, [-1, 0, 2]);
  });

  it('that were renamed keep their values, also twice and into another column', () => {
    const map = columnMap(['a', 'b'], of(['b', 'z'], { a: 'y', y: 'z' }));
    assert.deepEqual(migrateRows([1, 2], map, 0), [2, 1]);
  });

  it('that took over the name of a dropped one are told apart only by renaming', () => {
    assert.throws(() => columnMap(['a', 'b'], of(['b'], { a: 'b' })), /two features of one name/);
    assert.throws(() => columnMap(['a'], of(['a'], { a: 'b', b: 'a' })), /in a circle/);
  });

  it('are left as they are where nothing changed', () => {
    const map = columnMap(FEATURE_NAMES);
    assert.equal(map.same, true);
    const row = FEATURE_NAMES.map((_, column) => column);
    assert.equal(migrateRows(row, map, 0), row);
    assert.equal(columnMap([...FEATURE_NAMES, 'more']).same, false);
    assert.equal(columnMap(FEATURE_NAMES.slice(1)).same, false);
  });
});

describe('the feature row of a fact', () => {
  it('is that of the first list where the fact says none, and always a copy', () => {
    const row = new Array<number>(FEATURE_COUNT).fill(2);
    assert.deepEqual(rowToday(row, undefined), row);
    assert.notEqual(rowToday(row, undefined), row);
  });

  it('of a list that is not known, or of another length, is a bug', () => {
    assert.throws(() => rowToday([1], undefined), /1 values in list 0/);
    assert.throws(() => rowToday(new Array<number>(FEATURE_COUNT).fill(0), 7), /list 7/);
  });
});
