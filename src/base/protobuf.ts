/**
 * Protocol Buffers, as far as a writer of messages needs them (the wire format's encoding).
 *
 * Promises: fields in the order given, so the same message gives the same bytes; numbers that are
 * lists are packed. Never: reads.
 */
import { assert } from './assert.ts';

/** An encoded field, its key included. A message is its fields, one after the other. */
export type Field = Uint8Array;

const WIRE = { varint: 0, bytes: 2 } as const;

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Base 128, least significant first. Whole numbers from 0 to 2^53. */
function varint(value: number): number[] {
  assert(Number.isSafeInteger(value) && value >= 0, `a varint of ${value}`);
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

const keyOf = (number: number, wire: number): number[] => varint(number * 8 + wire);

export const wholeField = (number: number, value: number): Field =>
  Uint8Array.from([...keyOf(number, WIRE.varint), ...varint(value)]);

export const bytesField = (number: number, bytes: Uint8Array): Field =>
  joined([Uint8Array.from([...keyOf(number, WIRE.bytes), ...varint(bytes.length)]), bytes]);

export const messageField = (number: number, fields: readonly Field[]): Field =>
  bytesField(number, joined(fields));

/** ASCII alone. */
export function textField(number: number, text: string): Field {
  const bytes = Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  assert(
    bytes.every((code, index) => code === text.charCodeAt(index) && code < 128),
    `not ASCII: ${text}`,
  );
  return bytesField(number, bytes);
}

export function wholesField(number: number, values: ArrayLike<number>): Field {
  const bytes: number[] = [];
  for (let index = 0; index < values.length; index += 1) bytes.push(...varint(values[index]!));
  return bytesField(number, Uint8Array.from(bytes));
}

export const floatsField = (number: number, values: ArrayLike<number>): Field =>
  bytesField(number, floatBytes(values));

/** Little-endian float32. */
export function floatBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index += 1)
    view.setFloat32(index * 4, values[index]!, true);
  return bytes;
}
