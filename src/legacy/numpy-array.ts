/**
 * Numpy arrays: of an NPY file, of a pickle, and as joblib writes them.
 *
 * Promises: numbers of any width and byte order as float64, times as UTC ms, in row-major order; a
 * length that the bytes do not bear out is Malformed; at most NUMBERS_MAX of them. Never: reads a
 * type that is not a plain number, flag, time or text.
 */
import { Malformed } from '../state/malformed.ts';

export const NUMBERS_MAX = 1 << 24;
const DIMENSIONS_MAX = 8;

export interface ArrayBytes {
  /** As numpy names it, byte order included: `<f8`. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
  readonly bytes: Uint8Array;
}

export interface NumberArray {
  readonly shape: readonly number[];
  readonly numbers: Float64Array;
}

type Read = (view: DataView, place: number, little: boolean) => number;

const READERS: Readonly<Record<string, Read>> = {
  f2: (view, place, little) => view.getFloat16(place, little),
  f4: (view, place, little) => view.getFloat32(place, little),
  f8: (view, place, little) => view.getFloat64(place, little),
  i1: (view, place) => view.getInt8(place),
  i2: (view, place, little) => view.getInt16(place, little),
  i4: (view, place, little) => view.getInt32(place, little),
  i8: (view, place, little) => Number(view.getBigInt64(place, little)),
  u1: (view, place) => view.getUint8(place),
  u2: (view, place, little) => view.getUint16(place, little),
  u4: (view, place, little) => view.getUint32(place, little),
  u8: (view, place, little) => Number(view.getBigUint64(place, little)),
  b1: (view, place) => view.getUint8(place),
};

/** Milliseconds of the units that times are counted in. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  D: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
};
const NOT_A_TIME = -(1n << 63n);

interface Kind {
  readonly width: number;
  readonly read: Read;
}

/** Null: not one that holds numbers. */
function kindOf(descr: string): Kind | null {
  const match = /^[<>|=]?([a-zA-Z]\d+)(\[(\w+)\])?$/.exec(descr);
  const [, name = '', , unit] = match ?? [];
  const width = Number(name.slice(1));
  if (name === 'M8' && unit !== undefined) {
    const scale = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
    return scale === undefined ? null : { width, read: timeIn(scale) };
  }
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  return read === undefined ? null : { width, read };
}

const timeIn =
  (scale: number): Read =>
  (view, place, little) => {
    const count = view.getBigInt64(place, little);
    return count === NOT_A_TIME ? Number.NaN : Math.floor(Number(count) * scale);
  };

export const countOf = (shape: readonly number[]): number => {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) throw new Malformed(`an array of shape ${shape}`);
    count *= size;
  }
  if (shape.length > DIMENSIONS_MAX || count > NUMBERS_MAX)
    throw new Malformed(`an array of shape ${shape.slice(0, DIMENSIONS_MAX).join(' × ')}`);
  return count;
};

/** Bytes of an array; null where the type has no width of its own (`O`) or is not known. */
export function byteLength(descr: string, shape: readonly number[]): number | null {
  const width = kindOf(descr)?.width ?? textWidth(descr);
  return width === null ? null : width * countOf(shape);
}

/** Bytes of one number; null where the type is no number's. */
export const widthOf = (descr: string): number | null => kindOf(descr)?.width ?? null;

/** `S12`, `U12` (four bytes a character), `V8`. */
function textWidth(descr: string): number | null {
  const match = /^[<>|=]?([SUV])(\d{1,6})$/.exec(descr);
  if (match === null) return null;
  return Number(match[2]) * (match[1] === 'U' ? 4 : 1);
}

/** Its numbers; null where it holds something else, or its bytes are not as many as it says. */
export const wholeNumbersOf = (array: ArrayBytes): NumberArray | null =>
  array.bytes.length === countOf(array.shape) * (widthOf(array.descr) ?? Number.NaN)
    ? numbersOf(array)
    : null;

/** Its numbers; null where it holds something else. */
export function numbersOf({ descr, shape, columnMajor, bytes }: ArrayBytes): NumberArray | null {
  const kind = kindOf(descr);
  if (kind === null) return null;
  const count = countOf(shape);
  if (bytes.length !== count * kind.width)
    throw new Malformed(`${bytes.length} bytes for an array of ${count} × ${kind.width}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !descr.startsWith('>');
  const inFile = new Float64Array(count);
  for (let index = 0; index < count; index += 1)
    inFile[index] = kind.read(view, index * kind.width, little);
  const turned = columnMajor && shape.length > 1;
  return { shape, numbers: turned ? rowMajor(inFile, shape) : inFile };
}

function rowMajor(numbers: Float64Array, shape: readonly number[]): Float64Array {
  const turned = new Float64Array(numbers.length);
  for (let index = 0; index < numbers.length; index += 1) {
    // The place in column-major order: the first dimension runs fastest.
    let rest = index;
    let place = 0;
    let stride = numbers.length;
    for (const size of shape.toReversed()) {
      stride /= size;
      place += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
    turned[index] = numbers[place] as number;
  }
  return turned;
}

const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
const HEADER_BYTES_MAX = 64 * 1024;

export const isNpy = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .subarray(0, MAGIC.length)
    .equals(MAGIC);

/** An NPY file of any version; `bytes` are those of its data (of `|O` a pickle). */
export function readNpy(file: Uint8Array): ArrayBytes {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!isNpy(file) || buffer.length < 12) throw new Malformed('it is no NPY file');
  const wide = buffer.readUInt8(6) > 1;
  const start = wide ? 12 : 10;
  const length = wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8);
  if (length > HEADER_BYTES_MAX || start + length > buffer.length)
    throw new Malformed('its NPY header has no end');
  const header = buffer.toString('latin1', start, start + length);
  const descr = /'descr':\s*'([^']{1,16})'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d, ]{0,120})\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined)
    throw new Malformed('its NPY header is not one of a plain array');
  const shape = sizes.split(',').flatMap(size => (size.trim() === '' ? [] : [Number(size)]));
  countOf(shape);
  return { descr, shape, columnMajor: order === 'True', bytes: buffer.subarray(start + length) };
}
