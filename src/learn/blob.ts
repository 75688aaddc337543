/**
 * Blobs of trained weights: one line of ASCII JSON, then raw little-endian float32.
 *
 * Promises: the same model gives the same bytes on every machine; floats come back bit for bit.
 * Never: keeps a number as float32 that the model has as float64 (those stand in the header).
 */
import { assert } from '../base/assert.ts';

export interface BlobParts {
  readonly header: unknown;
  readonly floats: Float32Array;
}

const NEW_LINE = 10;
const FLOAT_BYTES = 4;
const LETTERS_AT_ONCE = 8192;

export function packBlob(parts: BlobParts): Uint8Array {
  const text = JSON.stringify(parts.header);
  const bytes = new Uint8Array(text.length + 1 + parts.floats.length * FLOAT_BYTES);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    assert(code >= 32 && code < 127, 'a blob header is printable ASCII');
    bytes[index] = code;
  }
  bytes[text.length] = NEW_LINE;
  const view = new DataView(bytes.buffer, text.length + 1);
  for (let index = 0; index < parts.floats.length; index += 1)
    view.setFloat32(index * FLOAT_BYTES, parts.floats[index]!, true);
  return bytes;
}

/** Throws an Error on bytes that are no blob. */
export function unpackBlob(bytes: Uint8Array): BlobParts {
  const end = bytes.indexOf(NEW_LINE);
  const size = bytes.length - end - 1;
  if (end < 0 || size % FLOAT_BYTES !== 0) throw new Error('not a blob of weights');
  const header = JSON.parse(textOf(bytes.subarray(0, end))) as unknown;
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + 1, size);
  const floats = new Float32Array(size / FLOAT_BYTES);
  for (let index = 0; index < floats.length; index += 1)
    floats[index] = view.getFloat32(index * FLOAT_BYTES, true);
  return { header, floats };
}

/** ASCII, some thousands of letters at a time: a call takes no more arguments than that. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += LETTERS_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(from, from + LETTERS_AT_ONCE));
  return text;
}
