/**
 * JSON state files, plain for people or compressed with zstd.
 *
 *   {
 *   "component": "q-table",
 *   "schema": 1,
 *   "seq": 1234,
 *   "<key of the component>": <its value>,
 *   ...
 *   }
 *
 * Promises: a key a line, in the component's own order, after the three of the envelope; numbers
 * in their shortest round-trip form. Never: accepts a `__proto__` key or bytes that are not UTF-8.
 */
import { isAscii } from 'node:buffer';
import { constants, zstdCompressSync } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { STATE_TEXT_BYTES_MAX, STATE_VALUES_MAX } from '../base/limits.ts';
import type { StateContent } from './formats.ts';
import { type Envelope, Malformed, reasonOf } from './malformed.ts';
import { unpackZstd } from './unpack.ts';

type JsonFormat = 'json' | 'json.zst';
type Value = Readonly<Record<string, unknown>>;

const ENVELOPE_KEYS = ['component', 'schema', 'seq'] as const;
/** Texts so short are parsed in no time, whatever they hold. */
const HARMLESS_BYTES = 64 * 1024;
const DEPTH_MAX = 1000;
/** `[` and `{`, `]` and `}` differ in one bit. */
const [COMMA, BIT_OF_BRACES, OPEN, CLOSE] = [44, 32, 123, 125];
/** The bits in which brackets and braces differ, and what they are with all of them, four times. */
const [LIKE_BRACKETS, BRACKETS] = [0x26262626, 0x7f7f7f7f];
const [WORD_BYTES, ONES, HIGH_BITS] = [4, 0x01010101, 0x80808080];
/** The fastest: a checkpoint is made often and lives for minutes. */
const ZSTD_LEVEL = 1;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodeJson(envelope: Envelope, value: Value, format: JsonFormat): Uint8Array {
  const lines = ENVELOPE_KEYS.map(key => `"${key}": ${JSON.stringify(envelope[key])}`);
  for (const key of Object.keys(value)) {
    assert(
      !Object.hasOwn(envelope, key),
      `${envelope.component} has a key of the envelope: ${key}`,
    );
    const text = JSON.stringify(value[key]);
    assert(text !== undefined, `${envelope.component}.${key} has no JSON form`);
    lines.push(`${JSON.stringify(key)}: ${text}`);
  }
  const bytes = Buffer.from(`{\n${lines.join(',\n')}\n}\n`);
  return format === 'json' ? bytes : compress(bytes);
}

export function decodeJson(bytes: Uint8Array, format: JsonFormat): StateContent {
  const parsed = parsePlainObject(format === 'json' ? bytes : decompress(bytes));
  const { component, schema, seq, ...value } = parsed;
  if (typeof component !== 'string' || typeof schema !== 'number' || typeof seq !== 'number')
    throw new Malformed('component, schema or seq is missing');
  return { component, schema, seq, content: { format, value } };
}

/** Bytes → a JSON object without a `__proto__` key anywhere. */
export function parsePlainObject(bytes: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  let text: string;
  refuseTooMuch(bytes);
  try {
    text = textOf(bytes);
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Malformed(`it is not JSON (${reasonOf(error)})`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Malformed('it is not a JSON object');
  // Only these two spellings can put the key there, so the walk is rarely needed.
  if (text.includes('__proto__') || text.includes('\\u00')) refuseProto(parsed);
  return parsed as Record<string, unknown>;
}

/**
 * Three bytes can be fifty in memory, and a million brackets take seconds: what is parsed is bounded
 * by its number of values and by its depth too. Brackets in strings count; ours hold few.
 */
function refuseTooMuch(bytes: Uint8Array): void {
  if (bytes.length > STATE_TEXT_BYTES_MAX) throw new Malformed(`${bytes.length} bytes of JSON`);
  if (bytes.length <= HARMLESS_BYTES) return;
  // No value is shorter than a byte.
  if (bytes.length > STATE_VALUES_MAX) refuseTooMany(bytes);
  refuseTooDeep(bytes);
}

function refuseTooMany(bytes: Uint8Array): void {
  let values = 0;
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place]!;
    if (byte === COMMA || (byte | BIT_OF_BRACES) === OPEN) values += 1;
  }
  if (values > STATE_VALUES_MAX) throw new Malformed(`it holds ${values} values`);
}

/** Four bytes at a time: a start looks through ten million of them before this is compiled. */
function refuseTooDeep(bytes: Uint8Array): void {
  const start = -bytes.byteOffset & (WORD_BYTES - 1);
  const count = Math.floor((bytes.length - start) / WORD_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  let depth = depthBehind(bytes, 0, { from: 0, to: start });
  for (let index = 0; index < count; index += 1) {
    // A byte of 0 where the brackets were, and where Y, y, _ and DEL were; then the word is not 0.
    const rest = (words[index]! | LIKE_BRACKETS) ^ BRACKETS;
    if (((rest - ONES) & ~rest & HIGH_BITS) === 0) continue;
    const from = start + index * WORD_BYTES;
    depth = depthBehind(bytes, depth, { from, to: from + WORD_BYTES });
  }
  depthBehind(bytes, depth, { from: start + count * WORD_BYTES, to: bytes.length });
}

function depthBehind(
  bytes: Uint8Array,
  before: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let depth = before;
  for (let place = from; place < to; place += 1) {
    const byte = bytes[place]! | BIT_OF_BRACES;
    if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) depth -= 1;
    if (depth > DEPTH_MAX) throw new Malformed(`it is nested more than ${DEPTH_MAX} deep`);
  }
  return depth;
}

/** Nearly all of them are plain ASCII, which needs no decoding: that takes several times as long. */
function textOf(bytes: Uint8Array): string {
  if (!isAscii(bytes)) return utf8.decode(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** With a list of its own: JSON may be deeper than the stack. */
function refuseProto(root: unknown): void {
  const left = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) throw new Malformed('it has a __proto__ key');
    for (const inner of Object.values(value)) left.push(inner);
  }
}

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}

function decompress(bytes: Uint8Array): Uint8Array {
  try {
    return unpackZstd(bytes, STATE_TEXT_BYTES_MAX).content;
  } catch (error) {
    throw new Malformed(`zstd: ${reasonOf(error)}`);
  }
}
