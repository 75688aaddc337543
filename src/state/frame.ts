/**
 * One journal line: how a step becomes bytes, and how bytes are believed.
 *
 *   byte 0        8        16         25       33  35                              len−2   len−1
 *        {"len":" 0000007b ","crc":"  89abcdef ",  "seq":123,"facts":[…],"hash":"…32…"}    \n
 *                 │                   │            └───────────── body ───────────────┘
 *                 │                   └ CRC-32 of the body: bytes 35 to the \n, which is left out
 *                 └ bytes of the whole line, its \n included
 *
 *   hash   = first 32 hex digits of SHA-256(hash of the line before + chained text)
 *   chained text = the body from `"seq"` up to, not including, `,"hash"`
 *
 * The first line of a segment is its head: the same frame around
 *   "head":{"format":1,"directory":id,"first":seq,"continues":hash,"manifest":object|null}
 * whose hash starts from `continues`. Heads are not links of the chain: the first step of a segment
 * continues `continues`, so that a rotation does not change what the steps hash to.
 *
 * Promises: a line is JSON on one line (`jq` reads it); lengths are checked before anything else is
 * looked at; a single changed byte is always seen. Never: repairs, never touches a disk.
 */
import { hash as digest } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { LINE_BYTES_MAX, STEP_MAX } from '../base/limits.ts';
import type { Fact } from '../core/fact.ts';

export const FORMAT = 1;
/** What the first line of all continues. */
export const GENESIS_HASH = '0'.repeat(32);
/** How every line begins; resynchronising looks for it after a newline. */
export const LINE_START = '{"len":"';

const LEN_AT = 8;
const CRC_AT = 25;
const BODY_AT = 35;
const CRC_MARK = '","crc":"';
/** `,"hash":"` + 32 digits + `"}` */
const HASH_PART = 43;
const HASH_PATTERN = /^[0-9a-f]{32}$/;
const NEWLINE = 10;
const HARMLESS_LENGTH = 64 * 1024;
const DEPTH_MAX = 1000;

export interface SegmentHead {
  readonly format: number;
  readonly directory: string;
  readonly first: number;
  readonly continues: string;
  readonly manifest: object | null;
}

interface LineBase {
  /** The text that the hash is taken over, after the hash of the line before. */
  readonly text: string;
  readonly hash: string;
}
export interface StepLine extends LineBase {
  readonly kind: 'step';
  readonly seq: number;
  readonly facts: readonly Fact[];
}
export interface HeadLine extends LineBase {
  readonly kind: 'head';
  readonly head: SegmentHead;
}
export type Line = StepLine | HeadLine;

/** A line whose length and checksum are right; its JSON was not looked at yet. */
export interface Frame extends LineBase {
  readonly kind: 'step' | 'head';
  /** 0 for a head. */
  readonly seq: number;
  readonly end: number;
}

export const lineHash = (previousHash: string, text: string): string =>
  digest('sha256', previousHash + text).slice(0, 32);

export function encodeLine(
  seq: number,
  factTexts: readonly string[],
  previousHash: string,
): { bytes: Uint8Array; hash: string } {
  return encode(`"seq":${seq},"facts":[${factTexts.join(',')}]`, previousHash);
}

export function encodeHead(head: SegmentHead): { bytes: Uint8Array; hash: string } {
  const { format, directory, first, continues, manifest } = head;
  const ordered = { format, directory, first, continues, manifest };
  return encode(`"head":${JSON.stringify(ordered)}`, continues);
}

function encode(text: string, previousHash: string): { bytes: Uint8Array; hash: string } {
  const hash = lineHash(previousHash, text);
  const bytes = Buffer.from(`{"len":"00000000","crc":"00000000",${text},"hash":"${hash}"}\n`);
  assert(bytes.length <= LINE_BYTES_MAX, `a step of ${bytes.length} bytes is too long to journal`);
  putHex(bytes, LEN_AT, bytes.length);
  putHex(bytes, CRC_AT, crc32(bytes.subarray(BODY_AT, bytes.length - 1)));
  return { bytes, hash };
}

const DIGITS = Buffer.from('0123456789abcdef');

function putHex(bytes: Uint8Array, at: number, value: number): void {
  for (let digit = 0; digit < 8; digit += 1)
    bytes[at + digit] = DIGITS[(value >>> (28 - 4 * digit)) & 15]!;
}

/** Eight lower-case digits, or −1. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let digit = at; digit < at + 8; digit += 1) {
    const code = bytes[digit]!;
    const isDigit = code >= 48 && code <= 57;
    if (!isDigit && !(code >= 97 && code <= 102)) return -1;
    value = value * 16 + (isDigit ? code - 48 : code - 87);
  }
  return value;
}

function textAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** Length, checksum and outer shape of the line at `offset`; a sentence when it is none. */
export function frameAt(bytes: Uint8Array, offset: number): Frame | string {
  if (offset + BODY_AT + HASH_PART > bytes.length) return 'the line is cut short';
  if (!textAt(bytes, offset, LINE_START)) return 'no line begins here';
  const length = hexAt(bytes, offset + LEN_AT);
  if (length < BODY_AT + HASH_PART || length > LINE_BYTES_MAX) return 'impossible length';
  const end = offset + length;
  if (end > bytes.length) return 'the line is cut short';
  if (bytes[end - 1] !== NEWLINE) return 'the line does not end where it says';
  if (!textAt(bytes, offset + LEN_AT + 8, CRC_MARK)) return 'no checksum';
  if (!textAt(bytes, offset + CRC_AT + 8, '",')) return 'no checksum';
  const body = bytes.subarray(offset + BODY_AT, end - 1);
  if (crc32(body) !== hexAt(bytes, offset + CRC_AT)) return 'the checksum does not match';
  return frameOf(Buffer.from(body.buffer, body.byteOffset, body.length).toString(), end);
}

function frameOf(body: string, end: number): Frame | string {
  const cut = body.length - HASH_PART;
  const hash = body.slice(cut + 9, -2);
  if (body.slice(cut, cut + 9) !== ',"hash":"' || !body.endsWith('"}')) return 'no hash';
  if (!HASH_PATTERN.test(hash)) return 'no hash';
  const text = body.slice(0, cut);
  if (text.startsWith('"head":{')) return { kind: 'head', seq: 0, text, hash, end };
  const comma = text.indexOf(',');
  const seq = Number(text.slice(6, comma));
  if (!text.startsWith('"seq":') || !text.startsWith(',"facts":[', comma))
    return 'neither a step nor a head';
  if (!Number.isSafeInteger(seq) || seq < 0 || seq > STEP_MAX) return 'impossible sequence number';
  return { kind: 'step', seq, text, hash, end };
}

/** The JSON of a frame; a sentence when it is not what a line holds. */
export function parseFrame(frame: Frame): Line | string {
  const { kind, seq, text, hash } = frame;
  if (isDeep(text)) return 'nested too deep';
  let value: unknown;
  try {
    value = parseSafely(`{${text}}`);
  } catch {
    return 'not JSON that a journal holds';
  }
  if (ODD_NUMBER.test(text) && holdsOddNumber(value)) return 'a number that no fact holds';
  const { facts, head } = value as { facts?: unknown; head?: unknown };
  if (kind === 'head')
    return isHead(head) ? { kind, head, text, hash } : 'not the head of a segment';
  if (!Array.isArray(facts) || !facts.every(isFact)) return 'not a list of facts';
  return { kind, seq, facts, text, hash };
}

/** Deep JSON takes microseconds a bracket; the lines that are written are shallow, and short. */
function isDeep(text: string): boolean {
  if (text.length <= HARMLESS_LENGTH) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    // `[` and `{`, `]` and `}` differ in one bit.
    const code = text.charCodeAt(index) | 32;
    if (code === 123) depth += 1;
    else if (code === 125) depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** What may be read as −0 or ±Infinity, which are never written. */
const ODD_NUMBER = /-0|e\+?\d{3}|e-\d{3}|\d{300}/i;

function holdsOddNumber(root: unknown): boolean {
  const left = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) left.push(inner);
  }
  return false;
}

/** JSON.parse makes `__proto__` an own key that a later merge would obey: such text is refused. */
function parseSafely(text: string): unknown {
  if (!text.includes('__proto__') && !text.includes('\\u')) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new SyntaxError('__proto__');
    return value;
  });
}

function isFact(value: unknown): value is Fact {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return false;
  return typeof (value as { readonly type: unknown }).type === 'string';
}

function isHead(value: unknown): value is SegmentHead {
  if (typeof value !== 'object' || value === null) return false;
  const { format, directory, first, continues, manifest } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(format) &&
    typeof directory === 'string' &&
    Number.isSafeInteger(first) &&
    typeof continues === 'string' &&
    HASH_PATTERN.test(continues) &&
    typeof manifest === 'object'
  );
}
