/**
 * Pickles of Python, protocols 0 to 5 and joblib's: what they hold, and that nothing of them is run.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../state/malformed.ts';
import { readPickleFile } from './joblib.ts';
import { readPickle } from './pickle.ts';
import { isKind, type PickleValue } from './pickle-value.ts';
import { spanOf, timeOf } from './python-time.ts';
import {
  classOf,
  entriesOf,
  type Fields,
  fieldsOf,
  flagOf,
  itemsOf,
  numberArrayOf,
  numberOf,
  textOf,
} from './python-value.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/python-bot');
const bytesOf = (name: string): Buffer => readFileSync(join(FIXTURES, name));
const fieldsIn = (name: string): Fields => fieldsOf(readPickleFile(bytesOf(name))) ?? new Map();
const pickle = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));

const PROTOCOLS = [0, 1, 2, 3, 4, 5].map(protocol => `everything.p${protocol}`);
const PACKED = ['plain', 'zlib', 'gzip'].map(name => `everything.${name}.joblib`);

const numbers = (value: PickleValue | undefined): (number | null)[] =>
  (itemsOf(value) ?? []).map(numberOf);

describe('a pickle', () => {
  for (const name of [...PROTOCOLS, ...PACKED])
    it(`is read whole: ${name}`, () => {
      const fields = fieldsIn(name);
      const item = (field: string): PickleValue | undefined => fields.get(field);
      assert.equal(item('none'), null);
      assert.deepEqual(itemsOf(item('flags')), [true, false]);
      assert.deepEqual(itemsOf(item('whole')), [
        ...[0, 1, -1, 255, 256, 65535, -65536, 2147483647, 1099511627776, -9007199254740992n],
      ]);
      assert.deepEqual(itemsOf(item('large')), [
        18446744073709551616n,
        -1208925819614629174706176n,
      ]);
      assert.deepEqual(itemsOf(item('float')), [0.1, -2.5e-300, 1e22, Infinity, -Infinity, NaN]);
      assert.deepEqual(itemsOf(item('text')), [
        ...['', 'plain', 'ünïcödé €', 'quote \' " \\ \n tab\t', 'x'.repeat(300)],
      ]);
      assert.deepEqual((itemsOf(item('tuple')) ?? []).map(numbers), [
        ...[[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],
      ]);
      const [one, other] = itemsOf(item('shared')) ?? [];
      assert.equal(one, other, 'one list, twice');
      assert.deepEqual(itemsOf(item('set')), [3]);
      assert.deepEqual(itemsOf(item('frozenset')), [4]);
      assert.deepEqual(entriesOf(item('ordered')), [
        ['b', 1],
        ['a', 2],
      ]);
      assert.deepEqual(entriesOf(item('default')), [['k', 7]]);
      assert.deepEqual(itemsOf(item('deque')), [1, 2, 3]);
    });

  for (const name of [...PROTOCOLS, ...PACKED])
    it(`has the times and numbers of Python and numpy: ${name}`, () => {
      const fields = fieldsIn(name);
      const time = (field: string) => {
        const found = timeOf(fields.get(field));
        return found === null ? null : [new Date(found.ms).toISOString(), found.zoneless];
      };
      assert.deepEqual(time('datetime'), ['2025-03-01T12:30:15.250Z', true]);
      assert.deepEqual(time('zoned'), ['2025-03-01T12:30:15.000Z', false]);
      assert.deepEqual(time('ahead'), ['2025-03-01T10:30:00.000Z', false]);
      assert.deepEqual(time('date'), ['2025-03-01T00:00:00.000Z', true]);
      assert.deepEqual(time('moment'), ['2025-03-01T12:00:00.000Z', false]);
      assert.equal(spanOf(fields.get('span')), 86_402_003);
      assert.equal(numberOf(fields.get('decimal')), 12.34);
      assert.match(textOf(fields.get('enum')) ?? '', /^long$/i);
      const [wide, whole, flag, narrow] = itemsOf(fields.get('scalar')) ?? [];
      assert.deepEqual([wide, whole, narrow].map(numberOf), [1.25, -7, 0.5]);
      assert.equal(flagOf(flag), true);
      const array = (field: string) => {
        const { shape, numbers: all } = numberArrayOf(fields.get(field)) ?? {};
        return [shape, all === undefined ? null : [...all]];
      };
      assert.deepEqual(array('vector'), [[4], [0, 0.25, 0.5, 0.75]]);
      assert.deepEqual(array('single'), [[3], [0, 1, 2]]);
      assert.deepEqual(array('big'), [[3], [1, 2, 3]]);
      assert.deepEqual(array('matrix'), [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ]);
      assert.deepEqual(array('fortran'), [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ]);
      assert.deepEqual(array('times'), [[2], [1740787200000, 1740873600000]]);
      assert.deepEqual(itemsOf(fields.get('objects')), ['a', null, 3]);
    });

  it('names what it would have called, and calls nothing', () => {
    const [evil] = itemsOf(fieldsIn('evil.pkl').get('trades')) ?? [];
    assert.equal(classOf(evil), 'posix.system');
    assert.deepEqual(isKind(evil, 'made') && evil.args, ['touch /tmp/holdfast-was-run']);
    assert.equal(textOf(evil), null);
    assert.equal(existsSync('/tmp/holdfast-was-run'), false);
  });

  it('reaches no prototype by any key', () => {
    const key = pickle('\x8c\x09__proto__');
    const value = readPickle(pickle('\x80\x04}', key, '}', '\x8c\x08polluted', '\x88s', 's.'));
    const fields = fieldsOf(value);
    assert.ok(fields?.has('proto'));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('may contain itself', () => {
    const value = readPickle(pickle('\x80\x04]\x94h\x00a.'));
    assert.ok(isKind(value, 'list'));
    assert.equal(value.items[0], value);
    assert.equal(numberArrayOf(value), null);
    assert.equal(fieldsOf(value), null);
  });

  for (const [what, bytes, why] of [
    ['nothing', '', /ends inside a value/],
    ['no end', '\x80\x04K\x01', /ends inside a value/],
    ['a newer protocol', '\x80\x06N.', /protocol 6/],
    ['an opcode that is none', '\x80\x04\xffN.', /0xff at 2 is no opcode/],
    ['a length beyond the file', '\x80\x04X\xff\xff\xff\x7f.', /ends inside a value/],
    ['a length of 2^63', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.', /a length of/],
    ['a negative length', '\x80\x02T\xff\xff\xff\xff.', /ends inside a value/],
    ['an integer of 5,000 digits', `I${'9'.repeat(5000)}\n.`, /an integer that reads "9+"/],
    ['an integer of 2,000 bytes', `\x8b\xd0\x07\0\0${'\x01'.repeat(2000)}.`, /2000 bytes/],
    ['a memo entry that is not there', '\x80\x04h\x07.', /entry 7 was never written/],
    ['a value too few', '\x80\x04K\x01\x86.', /lacks its value/],
    ['a value from below a mark', '\x80\x04K\x01(a.', /lacks its value/],
    ['a mark too few', '\x80\x04e.', /lacks its mark/],
    ['20,000 open marks', '('.repeat(20_000), /10000 open marks/],
    ['items for a number', '\x80\x04K\x01K\x02a.', /no list/],
    ['a key without a value', '\x80\x04}(K\x01u.', /a key without a value/],
    ['a buffer outside', '\x80\x05\x97.', /outside the file/],
    ['a line without end', `I${'1'.repeat(100_000)}`, /has no end/],
  ] as const)
    it(`is refused with the reason: ${what}`, () => {
      assert.throws(
        () => readPickle(Buffer.from(bytes, 'latin1')),
        (error: unknown) => error instanceof Malformed && why.test(error.message),
      );
    });

  it('of more values than it may have is refused before they fill the memory', () => {
    const allowance = () => ({ values: 100, memo: 100 });
    const full = (code: number) => pickle('N', Buffer.alloc(99, code), '.');
    const over = (code: number) => pickle('N', Buffer.alloc(101, code), '.');
    readPickle(full(0x5d), { allowance: allowance() });
    assert.throws(() => readPickle(over(0x5d), { allowance: allowance() }), /more values than/);
    readPickle(full(0x94), { allowance: allowance() });
    assert.throws(
      () => readPickle(over(0x94), { allowance: allowance() }),
      /more memo entries than/,
    );
  });

  it('of lists of one list is not multiplied out', () => {
    // A list of 2,000 numbers, 2,000 times.
    const row = pickle('](', ...Array.from({ length: 2000 }, () => 'K\x01'), 'e\x94');
    const rows = Array.from({ length: 1999 }, () => 'h\x00');
    const value = readPickle(pickle('\x80\x04](', row, ...rows, 'e.'));
    assert.equal(numberArrayOf(value), null);
  });

  for (const name of ['bz2', 'xz', 'lzma'])
    it(`that is packed with ${name} names the command that unpacks it`, () => {
      assert.throws(() => readPickleFile(bytesOf(`everything.${name}.joblib`)), / -dc/);
    });

  it('that unpacks without end is refused', () => {
    const packed = bytesOf('everything.zlib.joblib');
    assert.throws(() => readPickleFile(packed.subarray(0, packed.length - 9)), Malformed);
  });
});

/** Everything that the import asks of a value. */
function ask(value: PickleValue | undefined, depth = 0): void {
  for (const question of [classOf, numberOf, textOf, flagOf, timeOf, spanOf]) question(value);
  numberArrayOf(value);
  if (depth > 3) return;
  for (const [, each] of [...(entriesOf(value) ?? [])].slice(0, 40)) ask(each, depth + 1);
  for (const each of [...(itemsOf(value) ?? [])].slice(0, 40)) ask(each, depth + 1);
  for (const each of fieldsOf(value)?.values() ?? []) ask(each, depth + 1);
}

/** A value or Malformed: anything else is thrown on. */
function survives(bytes: Uint8Array): void {
  try {
    ask(readPickleFile(bytes));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
}

describe('whatever the bytes are', () => {
  it('random ones give a value or Malformed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), survives), { numRuns: 3000 });
  });

  it('opcodes in any order give a value or Malformed', () => {
    const codes = Buffer.from(
      '(.0123NIJKMG]lt})dasuecbRio\x80\x81\x85\x86\x87\x88\x8f\x90\x91\x93\x94h\x00q\x01',
      'latin1',
    );
    const program = fc.array(fc.nat(codes.length - 1), { maxLength: 200 });
    fc.assert(
      fc.property(program, places => survives(Uint8Array.from(places, place => codes[place] ?? 0))),
      { numRuns: 3000 },
    );
  });

  for (const name of ['everything.p0', 'everything.p2', 'everything.p5', 'everything.plain.joblib'])
    it(`${name} with any byte changed, cut or doubled gives a value or Malformed`, () => {
      const original = bytesOf(name);
      const change = fc.record({
        at: fc.nat(original.length - 1),
        byte: fc.nat(255),
        kind: fc.constantFrom('change', 'cut', 'double'),
      });
      const changes = fc.array(change, { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(changes, list => {
          let bytes = Buffer.from(original);
          for (const { at, byte, kind } of list) {
            const place = at % Math.max(1, bytes.length);
            if (kind === 'change') bytes[place] = byte;
            else if (kind === 'cut') bytes = bytes.subarray(0, place);
            else bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place / 2)]);
          }
          survives(bytes);
        }),
        { numRuns: 1500 },
      );
    });
});
