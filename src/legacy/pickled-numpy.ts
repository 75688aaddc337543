/**
 * Numpy's arrays and scalars as they stand in a pickle, and the bytes of protocols 0 to 2.
 *
 * Promises: both spellings of numpy's modules (pickle.ts has made them one), arrays whose bytes stand
 * in the pickle and those that joblib put behind it. Never: an array of records.
 */
import { wholeNumbersOf } from './numpy-array.ts';
import {
  isKind,
  type Made,
  type PickleValue,
  type RawArray,
  type Sequence,
} from './pickle-value.ts';

const madeBy = (value: PickleValue | undefined, ...names: string[]): value is Made =>
  isKind(value, 'made') && isKind(value.maker, 'global') && names.includes(value.maker.name);

/** An array; of Python objects its list of items; null where it is none. */
export function arrayBytesOf(value: PickleValue | undefined): RawArray | Sequence | null {
  if (isKind(value, 'raw-array')) return value;
  if (madeBy(value, 'numpy.core.multiarray._reconstruct')) return reconstructed(value);
  if (madeBy(value, 'numpy.core.numeric._frombuffer')) return fromBuffer(value);
  return null;
}

/** State: (version, shape, dtype, column-major, bytes or list). */
function reconstructed({ state }: Made): RawArray | Sequence | null {
  if (!isKind(state, 'tuple')) return null;
  const [, shape, type, columnMajor, content] = state.items;
  if (isKind(content, 'list')) return content;
  return arrayOf({ shape, type, columnMajor: columnMajor === true, content });
}

/** Protocol 5: (buffer, dtype, shape, order). */
function fromBuffer({ args: [content, type, shape, order] }: Made): RawArray | null {
  return arrayOf({ shape, type, columnMajor: order === 'F', content });
}

function arrayOf(parts: {
  readonly shape: PickleValue | undefined;
  readonly type: PickleValue | undefined;
  readonly columnMajor: boolean;
  readonly content: PickleValue | undefined;
}): RawArray | null {
  const descr = descrOf(parts.type);
  const bytes = bytesOf(parts.content);
  const shape = shapeOf(parts.shape);
  if (descr === null || bytes === null || shape === null) return null;
  return { kind: 'raw-array', descr, shape, columnMajor: parts.columnMajor, bytes };
}

export function shapeOf(value: PickleValue | undefined): number[] | null {
  if (!isKind(value, 'tuple')) return null;
  const sizes = value.items.filter(size => typeof size === 'number');
  return sizes.length === value.items.length ? sizes : null;
}

/** `dtype('f8', False, True)` given the state (3, '<', …): `<f8`. */
export function descrOf(type: PickleValue | undefined): string | null {
  if (!madeBy(type, 'numpy.dtype')) return null;
  const [name] = type.args;
  if (typeof name !== 'string') return null;
  const state = isKind(type.state, 'tuple') ? type.state.items : [];
  const order = typeof state[1] === 'string' ? state[1] : '|';
  return `${order}${name}${unitOf(state[8])}`;
}

/** Of a time: ({}, (b'ns', 1, 1, 1)). */
function unitOf(value: PickleValue | undefined): string {
  const [, units] = isKind(value, 'tuple') ? value.items : [];
  const [name, count] = isKind(units, 'tuple') ? units.items : [];
  const unit = bytesOf(name);
  return unit !== null && count === 1 ? `[${Buffer.from(unit).toString('latin1')}]` : '';
}

/** Bytes, also as the older protocols write them: a call of `_codecs.encode`, or a text of Python 2. */
export function bytesOf(value: PickleValue | undefined): Uint8Array | null {
  if (madeBy(value, 'builtins.bytes', 'builtins.bytearray'))
    return value.args.length === 0 ? Buffer.alloc(0) : encodedBytes(value.args[0]);
  return encodedBytes(value);
}

function encodedBytes(value: PickleValue | undefined): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  const text = madeBy(value, '_codecs.encode') ? value.args[0] : value;
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : null;
}

/** What `scalar(dtype, bytes)` holds; null where it is none. */
export function scalarOf(value: PickleValue | undefined): number | boolean | string | null {
  if (!madeBy(value, 'numpy.core.multiarray.scalar')) return null;
  const [type, content] = value.args;
  const descr = descrOf(type);
  const bytes = bytesOf(content);
  if (descr === null || bytes === null) return null;
  if (/^.U/.test(descr)) return Buffer.from(bytes).toString('utf16le').replaceAll('\0', '');
  if (/^.S/.test(descr)) return Buffer.from(bytes).toString('latin1');
  // Bytes that do not fit its type are none: a scalar is asked for in many places.
  const read = wholeNumbersOf({ descr, shape: [], columnMajor: false, bytes });
  const number = read?.numbers[0];
  if (number === undefined) return null;
  return descr.endsWith('b1') ? number !== 0 : number;
}
