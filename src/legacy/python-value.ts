/**
 * What pickled values mean, for the short list of types that are understood: dictionaries and
 * objects (as fields), sequences, numbers, texts, times, and numpy's arrays and scalars.
 *
 * Promises: every other object is opaque: `classOf` names it, and nobody looks inside except at the
 * fields it was given. A question that has no answer gives null. Never: follows a value in circles:
 * each look goes one step deep, or has a bound of its own.
 */
import { Malformed } from '../state/malformed.ts';
import { type NumberArray, numbersOf, wholeNumbersOf } from './numpy-array.ts';
import { type Entry, isKind, type Made, type PickleValue } from './pickle-value.ts';
import { arrayBytesOf, scalarOf } from './pickled-numpy.ts';

/** By name, without case, spaces and underscores: `entryPrice` is `entry_price`. */
export type Fields = ReadonlyMap<string, PickleValue>;

export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The class or function behind a value, as `module.Name`; null where it is a plain value. */
export function classOf(value: PickleValue | undefined): string | null {
  if (!isKind(value, 'made')) return nameOf(value);
  const own = nameOf(value.maker);
  // How older protocols make an object: the class is the first argument.
  const isIndirect = own === 'copyreg._reconstructor' || own === 'copyreg.__newobj__';
  return isIndirect ? nameOf(value.args[0]) : own;
}

const nameOf = (value: PickleValue | undefined): string | null =>
  isKind(value, 'global') ? value.name : null;

/** The entries of a dictionary of any class; null where it is none. */
export function entriesOf(value: PickleValue | undefined): readonly Entry[] | null {
  if (isKind(value, 'dict')) return value.entries;
  if (!isKind(value, 'made')) return null;
  const name = classOf(value);
  if (value.entries.length > 0) return value.entries;
  if (name === 'collections.OrderedDict') return orderedEntries(value);
  const { args } = value;
  return name === 'collections.defaultdict' || name === 'collections.Counter'
    ? (entriesOf(args.find(each => isKind(each, 'dict'))) ?? [])
    : null;
}

/** Protocols 0 and 1 write an OrderedDict as a list of pairs. */
function orderedEntries({ args: [pairs] }: Made): Entry[] {
  return (itemsOf(pairs) ?? []).flatMap((pair): Entry[] => {
    const [key, value] = itemsOf(pair) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
}

/**
 * Read once: a file may name one large value a million times, and reading it anew each time would
 * take the square of the file's size.
 */
const knownFields = new WeakMap<object, Fields | null>();
const knownNumbers = new WeakMap<object, readonly number[] | null>();

export function once<T>(known: WeakMap<object, T>, value: object, read: () => T): T {
  const found = known.get(value);
  if (found !== undefined) return found;
  const result = read();
  known.set(value, result);
  return result;
}

/** A dictionary with names for keys, or the attributes of an object. The last of a name counts. */
export function fieldsOf(value: PickleValue | undefined): Fields | null {
  if (!isKind(value, 'dict', 'made')) return null;
  return once(knownFields, value, () => readFields(value));
}

function readFields(value: PickleValue): Fields | null {
  const named = namedOf(value);
  return named && new Map([...named].map(([name, field]) => [plainName(name), field]));
}

/** The same under the names that the file gives them. */
export function namedOf(value: PickleValue | undefined): ReadonlyMap<string, PickleValue> | null {
  const entries = entriesOf(value) ?? attributesOf(value);
  if (entries === null) return null;
  const named = new Map<string, PickleValue>();
  for (const [key, field] of entries) {
    const name = textOf(key);
    if (name !== null) named.set(name, field);
  }
  return named;
}

/** State is a dictionary, or a pair of one and another for slots. */
function attributesOf(value: PickleValue | undefined): readonly Entry[] | null {
  if (!isKind(value, 'made')) return null;
  const { state } = value;
  if (isKind(state, 'dict')) return state.entries;
  if (!isKind(state, 'tuple')) return null;
  const parts = state.items.flatMap(part => (isKind(part, 'dict') ? part.entries : []));
  return parts.length > 0 ? parts : null;
}

/** The items of a sequence of any class, or of an array of one dimension. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | null {
  if (isKind(value, 'list', 'tuple', 'set')) return value.items;
  const array = arrayBytesOf(value);
  if (array?.kind === 'raw-array')
    return once(knownNumbers, value as object, () => {
      const read = wholeNumbersOf(array);
      return read?.shape.length === 1 ? Array.from(read.numbers) : null;
    });
  if (array !== null) return array.items;
  if (!isKind(value, 'made') || !SEQUENCES.includes(classOf(value) ?? '')) return null;
  if (value.items.length > 0) return value.items;
  return itemsOf(value.args.find(each => isKind(each, 'list', 'tuple'))) ?? [];
}

const SEQUENCES = ['collections.deque', 'builtins.set', 'builtins.frozenset', 'builtins.list'];

/** Of lists of lists; an array may have more. */
const LISTED_NUMBERS_MAX = 1 << 20;

/** An array of numbers, or a list of them, or a list of lists of them. */
export function numberArrayOf(value: PickleValue | undefined): NumberArray | null {
  const array = arrayBytesOf(value);
  if (array?.kind === 'raw-array') return numbersOf(array);
  const rows = itemsOf(value);
  if (rows === null || rows.length === 0) return null;
  const width = itemsOf(rows[0])?.length ?? null;
  // Rows may all be the same list: what they amount to is not bounded by the file.
  if (rows.length * (width ?? 1) > LISTED_NUMBERS_MAX) return null;
  const numbers: (number | null)[] = [];
  for (const row of rows) {
    const list = width === null ? [row] : itemsOf(row);
    if (list?.length !== (width ?? 1)) return null;
    for (const number of list) numbers.push(numberOf(number));
  }
  if (numbers.includes(null)) return null;
  return {
    shape: width === null ? [rows.length] : [rows.length, width],
    numbers: Float64Array.from(numbers as number[]),
  };
}

const NUMERIC = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A finite number, also of numpy, of Decimal, or as text. */
export function numberOf(value: PickleValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === 'bigint') return numberOf(Number(value));
  if (typeof value === 'string') return NUMERIC.test(value) ? numberOf(Number(value)) : null;
  const scalar = scalarOf(value);
  if (scalar !== null) return numberOf(scalar);
  const array = arrayBytesOf(value);
  // An array without dimensions is a number that went through numpy, if its bytes are one's.
  if (array?.kind === 'raw-array' && array.shape.length === 0)
    return numberOf(wholeNumbersOf(array)?.numbers[0]);
  if (classOf(value) === 'decimal.Decimal' && isKind(value, 'made')) {
    const [text] = value.args;
    return typeof text === 'string' ? numberOf(text) : null;
  }
  return null;
}

const TEXT_BYTES_MAX = 4096;

/** A text, also of bytes, or the value of an enumeration's member. */
export function textOf(value: PickleValue | undefined): string | null {
  if (typeof value === 'string') return value.length <= TEXT_BYTES_MAX ? value : null;
  if (value instanceof Uint8Array)
    return value.length <= TEXT_BYTES_MAX ? Buffer.from(value).toString('utf8') : null;
  const scalar = scalarOf(value);
  if (typeof scalar === 'string') return scalar;
  return isKind(value, 'made') && value.state === undefined ? memberOf(value) : null;
}

/** A member of an enumeration: its class called with its value, or since Python 3.11 its name. */
function memberOf(value: Made): string | null {
  const [first, second] = value.args;
  const name = classOf(value) ?? '';
  if (name === 'builtins.getattr') return typeof second === 'string' ? second : null;
  const isMember = value.args.length === 1 && CLASS.test(name) && !OTHER_CALLS.test(name);
  return isMember && typeof first === 'string' ? first : null;
}

const CLASS = /\.[A-Z]\w*$/;
/** Calls with one text that are no member of an enumeration. */
const OTHER_CALLS = /^(builtins|decimal|datetime|pytz|zoneinfo|_codecs|numpy|collections)\b/;

export function flagOf(value: PickleValue | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const scalar = scalarOf(value);
  return typeof scalar === 'boolean' ? scalar : null;
}

/** Reads, and takes what is Malformed inside for no answer. */
export function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
