/**
 * Safetensors state files, as the `safetensors` package of Python reads them.
 *
 *   8 bytes   length of the header, little-endian
 *   header    JSON: {"__metadata__": {strings}, "<name>": {"dtype","shape","data_offsets"}, ...},
 *             padded with spaces to a multiple of 8
 *   data      the tensors without gaps, F64 before F32 before I8 so that each stands at a multiple
 *             of its width, by name within a width
 *
 * The metadata carries the component's own strings and `component`, `schema` and `seq`.
 * Promises: every bit of every number is kept. Never: trusts an offset before it is checked.
 */
import { assert } from '../base/assert.ts';
import type { Encoded, Tensor } from '../core/component.ts';
import { parsePlainObject } from './format-json.ts';
import type { StateContent } from './formats.ts';
import { type Envelope, Malformed } from './malformed.ts';

type Tensors = Extract<Encoded, { format: 'safetensors' }>;
type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

const PREFIX_BYTES = 8;
const HEADER_BYTES_MAX = 16 * 1024 * 1024;
const METADATA = '__metadata__';
const ENVELOPE_KEYS = ['component', 'schema', 'seq'];

const WIDTHS: Readonly<Record<string, number>> = { F64: 8, F32: 4, I8: 1 };

const dtypeOf = ({ data }: Tensor): string =>
  data instanceof Float64Array ? 'F64' : data instanceof Float32Array ? 'F32' : 'I8';
const widthOf = ({ data }: Tensor): number => data.BYTES_PER_ELEMENT;

export function encodeSafetensors(envelope: Envelope, content: Tensors): Uint8Array {
  const { component, schema, seq } = envelope;
  for (const key of ENVELOPE_KEYS)
    assert(!Object.hasOwn(content.metadata, key), `${component} has metadata named ${key}`);
  const header: Record<string, unknown> = {
    [METADATA]: { component, schema: String(schema), seq: String(seq), ...content.metadata },
  };
  const names = namesInFileOrder(content.tensors);
  let end = 0;
  for (const name of names) {
    const tensor = content.tensors[name]!;
    const { shape, data } = tensor;
    assert(name !== METADATA && name !== '__proto__', `a tensor named ${name}`);
    assert(countOf(shape) === data.length, `${name}: shape ${shape} of ${data.length} numbers`);
    const start = end;
    end += data.length * widthOf(tensor);
    header[name] = {
      dtype: dtypeOf(tensor),
      shape,
      data_offsets: [start, end],
    };
  }
  const text = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(PREFIX_BYTES + headerBytes + end, 0x20);
  bytes.writeBigUInt64LE(BigInt(headerBytes), 0);
  text.copy(bytes, PREFIX_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset + PREFIX_BYTES + headerBytes);
  let offset = 0;
  for (const name of names) offset = writeNumbers(view, offset, content.tensors[name]!);
  return bytes;
}

function namesInFileOrder(tensors: Readonly<Record<string, Tensor>>): string[] {
  const names = Object.keys(tensors).sort();
  const ofType = (dtype: string) => names.filter(name => dtypeOf(tensors[name]!) === dtype);
  return Object.keys(WIDTHS).flatMap(ofType);
}

function writeNumbers(view: DataView, start: number, tensor: Tensor): number {
  const width = widthOf(tensor);
  // Millions of them, in one go.
  if (tensor.data instanceof Int8Array) {
    new Int8Array(view.buffer, view.byteOffset).set(tensor.data, start);
    return start + tensor.data.length;
  }
  let offset = start;
  for (const number of tensor.data) {
    if (width === 8) view.setFloat64(offset, number, true);
    else view.setFloat32(offset, number, true);
    offset += width;
  }
  return offset;
}

const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

export function decodeSafetensors(bytes: Uint8Array): StateContent {
  const { header, data } = splitHeader(bytes);
  const { component, schema, seq, ...metadata } = readMetadata(header[METADATA]);
  const tensors: Record<string, Tensor> = {};
  const entries = Object.keys(header)
    .filter(name => name !== METADATA)
    .map(name => ({ name, ...readEntry(name, header[name]) }))
    .sort(byOffset);
  let end = 0;
  for (const entry of entries) {
    if (entry.data_offsets[0] !== end) throw new Malformed(`a gap before tensor ${entry.name}`);
    end = entry.data_offsets[1];
    if (end > data.length) throw new Malformed(`tensor ${entry.name} ends after the file`);
    tensors[entry.name] = readTensor(entry, data);
  }
  if (end !== data.length) throw new Malformed(`${data.length - end} bytes after the last tensor`);
  return {
    component: component ?? '',
    schema: Number(schema),
    seq: Number(seq),
    content: { format: 'safetensors', tensors, metadata },
  };
}

/** An empty tensor stands before the one that begins where it ends. */
const byOffset = ({ data_offsets: left }: Entry, { data_offsets: right }: Entry): number =>
  left[0] - right[0] || left[1] - right[1];

function splitHeader(bytes: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < PREFIX_BYTES) throw new Malformed('it is too short for a safetensors file');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(HEADER_BYTES_MAX, bytes.length - PREFIX_BYTES)))
    throw new Malformed('it ends inside its header');
  const start = PREFIX_BYTES + Number(length);
  return {
    header: parsePlainObject(bytes.subarray(PREFIX_BYTES, start)),
    data: bytes.subarray(start),
  };
}

function readMetadata(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw new Malformed('it has no metadata');
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new Malformed(`metadata ${key} is not a string`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, value: unknown): Entry {
  const entry = value as Partial<Entry> | null;
  const shape = entry?.shape;
  const offsets = entry?.data_offsets;
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new Malformed(`the shape of ${name}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw new Malformed(`the offsets of ${name}`);
  const dtype = entry?.dtype ?? '';
  const width = Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype]! : 0;
  if (width === 0 || offsets[1] - offsets[0] !== countOf(shape) * width)
    throw new Malformed(`the type or the length of ${name}`);
  return { dtype, shape, data_offsets: offsets as [number, number] };
}

function readTensor(entry: Entry, data: Uint8Array): Tensor {
  const [start, end] = entry.data_offsets;
  if (entry.dtype === 'I8')
    // A view: they are millions, and whoever reads the tensors makes of them what he keeps.
    return {
      shape: entry.shape,
      data: new Int8Array(data.buffer, data.byteOffset + start, end - start),
    };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const wide = entry.dtype === 'F64';
  const count = (end - start) / (wide ? 8 : 4);
  const numbers = wide ? new Float64Array(count) : new Float32Array(count);
  for (let index = 0; index < count; index += 1)
    numbers[index] = wide
      ? view.getFloat64(start + index * 8, true)
      : view.getFloat32(start + index * 4, true);
  return { shape: entry.shape, data: numbers };
}
