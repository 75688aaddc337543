import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  asArray,
  asBoolean,
  asCount,
  asInteger,
  asJson,
  asNumber,
  asNumbers,
  asPositive,
  asPositives,
  asRecord,
  asText,
  fieldsOf,
  likeTemplate,
  listOf,
  mapOf,
  nullable,
  oneOf,
  optional,
  type Reader,
  recordOf,
} from './field.ts';

const strange: unknown[] = [undefined, null, Number.NaN, Infinity, -0, 0.5, -1, 1, 'x', true];
strange.push([], [1], {}, { a: 1 });

/** What of the strange values a reader takes. */
const taken = (reader: Reader<unknown>): unknown[] =>
  strange.filter(value => {
    try {
      reader(value, 'it');
      return true;
    } catch (error) {
      assert.match(String(error), /^Error: it is not /);
      return false;
    }
  });

describe('a field', () => {
  it('is of its kind, finite and never −0, or refused', () => {
    assert.deepEqual(taken(asNumber), [0.5, -1, 1]);
    assert.deepEqual(taken(asInteger), [-1, 1]);
    assert.deepEqual(taken(asCount), [1]);
    assert.deepEqual(taken(asPositive), [0.5, 1]);
    assert.deepEqual(taken(asText), ['x']);
    assert.deepEqual(taken(asBoolean), [true]);
    assert.deepEqual(taken(asRecord), [{}, { a: 1 }]);
    assert.deepEqual(taken(nullable(asText)), [null, 'x']);
    assert.deepEqual(taken(oneOf(['x', 'y'])), ['x']);
    assert.deepEqual(taken(oneOf([0, 1])), [1]);
    assert.deepEqual(
      taken((value, path) => asArray(value, 1, path)),
      [[1]],
    );
    assert.deepEqual(
      taken((value, path) => asNumbers(value, null, path)),
      [[], [1]],
    );
  });

  it('is told with its path, what it should be and what was found', () => {
    const read = fieldsOf<{ rows: { at: number }[] }>({
      rows: listOf(fieldsOf<{ at: number }>({ at: asCount })),
    });
    const refused = (value: unknown, message: string) =>
      assert.throws(() => read(value, 'file'), { message });
    refused({ rows: [{ at: 1 }, { at: -2 }] }, 'file.rows[1].at is not zero or more (found -2)');
    refused({ rows: [{}] }, 'file.rows[0].at is not a whole number (found nothing)');
    refused({ rows: [7] }, 'file.rows[0] is not an object (found 7)');
    refused({ rows: [], more: 1 }, 'file.more is unknown');
    refused({ rows: {} }, 'file.rows is not a list (found object)');
    refused([], 'file is not an object (found a list of 0)');
  });

  it('that files may lack is then no key', () => {
    const read = fieldsOf<{ a: number; b?: number }>({ a: asNumber, b: optional(asNumber) });
    assert.deepEqual(Object.keys(read({ a: 1 }, 'it')), ['a']);
    assert.deepEqual(read({ a: 1, b: 2 }, 'it'), { a: 1, b: 2 });
    for (const wrong of [null, 'x'])
      assert.throws(() => read({ a: 1, b: wrong }, 'it'), /it\.b is not a finite number/);
  });

  it('is copied, however deep', () => {
    const read = fieldsOf<{ rows: number[][]; byName: Record<string, { at: number }> }>({
      rows: listOf((value, path) => asNumbers(value, 2, path)),
      byName: mapOf(recordOf(['at'], asNumber)),
    });
    const given = { rows: [[1, 2]], byName: { a: { at: 3 } } };
    const copy = read(given, 'it');
    assert.equal(JSON.stringify(copy), JSON.stringify(given));
    given.rows[0]!.push(3);
    given.byName.a.at = 4;
    assert.deepEqual([copy.rows, copy.byName['a']], [[[1, 2]], { at: 3 }]);
  });
});

describe('a list', () => {
  it('has a length, and a bound where one is given', () => {
    assert.throws(() => asArray([1, 2], 3, 'it'), /it is not a list of 3 \(found a list of 2\)/);
    assert.throws(() => listOf(asNumber, 2)([1, 2, 3], 'it'), /it is not at most 2 long/);
    assert.throws(() => asNumbers([1, 'x'], 2, 'it'), /it is not a finite number \(found string\)/);
    assert.throws(() => asPositives([1, 0], 2, 'it'), /it is not above 0 \(found 0\)/);
  });
});

describe('a map', () => {
  it('takes any name for a key and lets none set a prototype', () => {
    const map = mapOf(asNumber)(JSON.parse('{"__proto__":1,"constructor":2}'), 'it');
    assert.deepEqual(Object.entries(map), [
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    assert.equal(Object.getPrototypeOf(map), null);
    assert.throws(() => recordOf(['a'], asNumber)(map, 'it'), /it\.__proto__ is unknown/);
  });
});

describe('JSON in a text', () => {
  it('is parsed, or the field is named', () => {
    assert.deepEqual(asJson('[1]', 'it'), [1]);
    for (const bad of ['[', 7, undefined]) assert.throws(() => asJson(bad, 'it'), /it is not JSON/);
  });
});

describe('a template', () => {
  const template = () => ({
    level: 0,
    seen: null as number | null,
    ring: [0, 0],
    name: '',
    on: true,
  });

  it('is overwritten by what has its shape', () => {
    const value = { level: 2, seen: 3, ring: [4, 5], name: 'x', on: false };
    assert.deepEqual(likeTemplate(template(), value, 'it'), value);
    assert.equal(likeTemplate(template(), { ...value, seen: null }, 'it').seen, null);
  });

  it('refuses any other shape', () => {
    const good = { level: 2, seen: 3, ring: [4, 5], name: 'x', on: false };
    for (const [change, message] of [
      [{ level: '2' }, /it\.level is not a finite number/],
      [{ seen: 'x' }, /it\.seen is not a finite number/],
      [{ ring: [1] }, /it\.ring is not a list of 2/],
      [{ ring: [1, null] }, /it\.ring\[1\] is not a finite number/],
      [{ name: 1 }, /it\.name is not a text/],
      [{ on: 1 }, /it\.on is not true or false/],
      [{ odd: 1 }, /it\.odd is unknown/],
      [{ level: undefined }, /it\.level is not a finite number \(found nothing\)/],
    ] as const)
      assert.throws(() => likeTemplate(template(), { ...good, ...change }, 'it'), message);
  });
});
