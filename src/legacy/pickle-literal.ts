/**
 * The literals of a pickle: numbers, texts and bytes, in all the ways protocols 0 to 5 write them.
 *
 * Promises: an integer is exact (a bigint beyond 2^53); one of more than 1,024 bytes or 4,300 digits
 * is refused, as Python itself does with the latter: reading it takes time that grows with its square.
 */
import { Malformed } from '../state/malformed.ts';

const LONG_BYTES_MAX = 1024;
const DIGITS_MAX = 4300;

const plain = (whole: bigint): number | bigint =>
  whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(whole)
    : whole;

/** Little-endian two's complement of any length. */
export function longOf(bytes: Buffer): number | bigint {
  if (bytes.length > LONG_BYTES_MAX) throw new Malformed(`an integer of ${bytes.length} bytes`);
  if (bytes.length === 0) return 0;
  const magnitude = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  return plain(BigInt.asIntN(bytes.length * 8, magnitude));
}

/** `I` and `L`: `12`, `-7L`; `00` and `01` are False and True. */
export function decimalOf(line: Buffer): number | bigint | boolean {
  const text = line.toString('latin1').trim();
  if (text === '00' || text === '01') return text === '01';
  const match = /^([+-]?\d+)L?$/.exec(text);
  if (match === null || text.length > DIGITS_MAX)
    throw new Malformed(`an integer that reads "${text.slice(0, 20)}"`);
  return plain(BigInt((match[1] as string).replace('+', '')));
}

const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL: Readonly<Record<string, number>> = {
  ...{ inf: Infinity, '+inf': Infinity, '-inf': -Infinity },
  ...{ nan: Number.NaN, '-nan': Number.NaN },
};

/** `F`: `1.5`, `1e-05`, `inf`, `nan`. */
export function floatOf(line: Buffer): number {
  const text = line.toString('latin1').trim();
  const special = Object.hasOwn(SPECIAL, text) ? SPECIAL[text] : undefined;
  if (special !== undefined) return special;
  if (!FLOAT.test(text)) throw new Malformed(`a number that reads "${text.slice(0, 20)}"`);
  return Number(text);
}

/** `S`: a quoted Python literal with escapes; each byte one character. */
export function quotedOf(line: Buffer): string {
  const text = line.toString('latin1').trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote))
    throw new Malformed('a text without its quotes');
  return text.slice(1, -1).replaceAll(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/g, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return ESCAPES[code] ?? code;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' },
};

const CODE_POINT_MAX = 0x10ffff;

/** `V`: Latin-1 with `\uXXXX` and `\UXXXXXXXX`. */
export const escapedOf = (line: Buffer): string =>
  line
    .toString('latin1')
    .replaceAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long ?? '0', 16);
      if (code > CODE_POINT_MAX) throw new Malformed('a character beyond Unicode');
      return String.fromCodePoint(code);
    });

/** A byte string of Python 2: text as a rule, and otherwise a character a byte. */
export function byteText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}
