/**
 * NPY state files: a float64 matrix that `numpy.load` opens.
 *
 *   6 bytes   \x93NUMPY
 *   2 bytes   version 1.0
 *   2 bytes   header length, little-endian
 *   header    {'descr': '<f8', 'fortran_order': False, 'shape': (rows, columns), }, padded with
 *             spaces and ended by \n so that the data begins at a multiple of 64
 *   data      rows × columns float64, little-endian, row-major
 *
 * The last row (or rows, where there are fewer than 3 columns) is the envelope: a number that
 * stands for the component, the schema, the seq, then zeros.
 * Promises: every bit of every number is kept. Never: reads a length that the bytes do not bear out.
 */
import { assert } from '../base/assert.ts';
import type { Encoded } from '../core/component.ts';
import type { StateContent } from './formats.ts';
import { type Envelope, Malformed } from './malformed.ts';
import { sha256 } from './state-hash.ts';

type Matrix = Extract<Encoded, { format: 'npy' }>;

const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00]);
const PREFIX_BYTES = 10;
const ALIGN_BYTES = 64;
const ENVELOPE_NUMBERS = 3;
const CELLS_MAX = 1 << 26;
const HEADER =
  /^\{'descr': '<f8', 'fortran_order': False, 'shape': \((\d{1,9}), (\d{1,9})\), \} *\n$/;

/** 48 bits of a hash of the id: exact in a float64. */
const markerOf = (component: string): number => Number.parseInt(sha256(component).slice(0, 12), 16);

const envelopeRows = (columns: number): number => Math.ceil(ENVELOPE_NUMBERS / columns);

export function encodeNpy(envelope: Envelope, matrix: Matrix): Uint8Array {
  const { rows, columns, data } = matrix;
  assert(rows * columns === data.length, `${rows}×${columns} ≠ ${data.length}`);
  const allRows = rows + envelopeRows(columns);
  const all = new Float64Array(allRows * columns);
  all.set(data);
  all.set([markerOf(envelope.component), envelope.schema, envelope.seq], data.length);
  return encodeMatrix({ rows: allRows, columns, data: all });
}

/** A matrix as it is, without the envelope of a state file. */
export function encodeMatrix(matrix: Omit<Matrix, 'format'>): Uint8Array {
  const { rows, columns, data } = matrix;
  assert(columns >= 1 && rows * columns === data.length, `${rows}×${columns} ≠ ${data.length}`);
  const { bytes, start } = frameNpy("'<f8'", `${rows}, ${columns}`, data.length * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  for (let index = 0; index < data.length; index += 1)
    view.setFloat64(index * 8, data[index]!, true);
  return bytes;
}

/** A file with its header, and where its data begins; the data is still zeros. */
export function frameNpy(
  descr: string,
  shape: string,
  dataBytes: number,
): { readonly bytes: Buffer; readonly start: number } {
  const header = headerText(descr, shape);
  const start = PREFIX_BYTES + header.length;
  const bytes = Buffer.alloc(start + dataBytes);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(header.length, MAGIC.length);
  bytes.write(header, PREFIX_BYTES, 'latin1');
  return { bytes, start };
}

function headerText(descr: string, shape: string): string {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape}), }`;
  const used = PREFIX_BYTES + text.length + 1;
  return `${text}${' '.repeat((ALIGN_BYTES - (used % ALIGN_BYTES)) % ALIGN_BYTES)}\n`;
}

export function decodeNpy(bytes: Uint8Array, component: string): StateContent {
  const { rows, columns, view } = readMatrix(bytes);
  const ownRows = rows - envelopeRows(columns);
  if (ownRows < 0) throw new Malformed('it has no row that says what it is');
  const data = new Float64Array(ownRows * columns);
  for (let index = 0; index < data.length; index += 1)
    data[index] = view.getFloat64(index * 8, true);
  const [marker, schema, seq] = [0, 1, 2].map(n => view.getFloat64((data.length + n) * 8, true));
  for (let index = data.length + ENVELOPE_NUMBERS; index < rows * columns; index += 1)
    if (view.getFloat64(index * 8, true) !== 0) throw new Malformed('its last row is not zeros');
  if (marker !== markerOf(component)) throw new Malformed(`it is not a file of ${component}`);
  const content: Encoded = { format: 'npy', rows: ownRows, columns, data };
  return { component, schema: schema!, seq: seq!, content };
}

function readMatrix(bytes: Uint8Array): { rows: number; columns: number; view: DataView } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREFIX_BYTES || !buffer.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Malformed('it is not an NPY file of version 1.0');
  const start = PREFIX_BYTES + buffer.readUInt16LE(MAGIC.length);
  if (start > buffer.length) throw new Malformed('it ends inside its header');
  const match = HEADER.exec(buffer.toString('latin1', PREFIX_BYTES, start));
  if (match === null) throw new Malformed('its NPY header is not one of a float64 matrix');
  const rows = Number(match[1]);
  const columns = Number(match[2]);
  if (columns < 1 || rows * columns > CELLS_MAX)
    throw new Malformed(`its shape is ${rows}×${columns}`);
  if (buffer.length - start !== rows * columns * 8)
    throw new Malformed(`${buffer.length - start} bytes of data for a shape of ${rows}×${columns}`);
  return { rows, columns, view: new DataView(bytes.buffer, bytes.byteOffset + start) };
}
