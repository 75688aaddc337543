/**
 * Rows of numbers in CSV, read from chunks of bytes.
 *
 * Promises: every number equals `Number(text)` bit for bit; every line is either accepted or told
 * of with its number (the header is line 1) and the reason. Never: guesses a value, keeps a row
 * that was cut off, or holds more than one unfinished line.
 */
import { EXIT, Fault } from '../base/fault.ts';

export interface RowReader {
  push(chunk: Uint8Array): void;
  /** The last line may lack its newline where the file is `whole`. */
  end(): void;
}

export interface RowReaderOptions {
  readonly file: string;
  /** The first line, to the letter; also the names of the fields. */
  readonly header: string;
  /** The file vouches for its own end, as archives do. */
  readonly whole: boolean;
  /** Why the row is refused, or null when it was taken. `fields` is reused for the next row. */
  accept(fields: Float64Array, line: number): string | null;
  /** Hears of each refused row; throws unless such rows are to be skipped. */
  refuse(line: number, why: string): void;
}

/** A tape's longest honest line is below 200 bytes. */
const LINE_BYTES_MAX = 4096;
const CUT_OFF = 'the last row has no newline: it may be cut off';
const COMMA = 44;
const POINT = 46;
const NEWLINE = 10;
const RETURN = 13;
const ZERO = 48;
/** Decimals whose power of ten is exact in a double. */
const DECIMALS_MAX = 22;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const POWERS_OF_TEN = Float64Array.from({ length: DECIMALS_MAX + 1 }, (_, power) =>
  Number(`1e${power}`),
);

export function createRowReader(options: RowReaderOptions): RowReader {
  const { file, header } = options;
  const names = header.split(',');
  const fields = new Float64Array(names.length);
  let carry: Uint8Array | null = null;
  let line = 0;
  /** A blank line is forgiven only at the end of the file. */
  let blank = 0;

  const takeLine = (bytes: Uint8Array, start: number, lineEnd: number): number => {
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    line += 1;
    if (line === 1) checkHeader(file, header, text(bytes, start, end));
    else if (end > start) takeRow(bytes, start, end);
    else if (blank === 0) blank = line;
    return lineEnd + 1;
  };

  const takeRow = (bytes: Uint8Array, start: number, end: number): void => {
    if (blank !== 0) options.refuse(blank, 'an empty line');
    blank = 0;
    offer(rowFault(bytes.subarray(start, end), names, fields));
  };

  const offer = (fault: string | null): void => {
    const why = fault ?? options.accept(fields, line);
    if (why !== null) options.refuse(line, why);
  };

  /** Takes the line at `start`, which has its newline; returns where the next one begins. */
  const takeNext = (bytes: Uint8Array, start: number): number => {
    const plain = line > 0 && blank === 0 ? plainRowEnd(fields, bytes, start) : -1;
    if (plain < 0) return takeLine(bytes, start, newlineAt(bytes, start));
    line += 1;
    offer(null);
    return plain + 1;
  };

  return {
    push(chunk) {
      const bytes: Uint8Array = carry === null ? chunk : Buffer.concat([carry, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      let start = 0;
      while (start < end) start = takeNext(bytes, start);
      if (bytes.length - start > LINE_BYTES_MAX) throw endlessLine(file, header, line + 1);
      carry = start === bytes.length ? null : bytes.slice(start);
    },
    end() {
      // A number that was cut off reads as a smaller one.
      if (carry !== null && line > 0 && !options.whole) options.refuse(line + 1, CUT_OFF);
      else if (carry !== null) takeLine(carry, 0, carry.length);
      carry = null;
      if (line === 0) checkHeader(file, header, '');
    },
  };
}

/** Fills `fields`; the reason when the row has not exactly these numbers, or null. */
function rowFault(row: Uint8Array, names: readonly string[], fields: Float64Array): string | null {
  let at = 0;
  for (let index = 0; index < names.length; index += 1) {
    if (at > row.length) return `${names[index]} is missing`;
    const value = decimalAt(row, at, row.length);
    if (!Number.isFinite(value)) return fieldFault(names[index] ?? '', text(row, at, stop));
    fields[index] = value;
    at = stop + 1;
  }
  return at <= row.length ? `more than ${names.length} fields` : null;
}

/**
 * Nearly every line is a row of plain numbers: fills `fields` in one pass, without looking for the
 * newline first. Where the row ends; −1 where a closer look is needed.
 */
function plainRowEnd(fields: Float64Array, bytes: Uint8Array, start: number): number {
  const last = fields.length - 1;
  let at = start;
  for (let index = 0; index <= last; index += 1) {
    const value = decimalAt(bytes, at, bytes.length);
    if (!Number.isFinite(value) || bytes[stop] !== (index < last ? COMMA : NEWLINE)) return -1;
    fields[index] = value;
    at = stop + 1;
  }
  return stop;
}

/** Lines are so short that asking the runtime to look takes longer than looking. */
function newlineAt(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at += 1) if (bytes[at] === NEWLINE) return at;
  return -1;
}

/** Where `decimalAt` stopped: at a comma, a newline or the end. */
let stop = 0;

/** The number that starts at `start`; NaN when it is none. */
function decimalAt(bytes: Uint8Array, start: number, end: number): number {
  let mantissa = 0;
  let point = -1;
  let at = start;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (byte === COMMA || byte === NEWLINE) break;
    else if (byte === POINT && point < 0) point = at;
    else return oddNumberAt(bytes, start, end);
  }
  stop = at;
  const digits = at - start - (point < 0 ? 0 : 1);
  const decimals = point < 0 ? 0 : at - point - 1;
  if (digits === 0 || mantissa > Number.MAX_SAFE_INTEGER || decimals > DECIMALS_MAX)
    return oddNumberAt(bytes, start, end);
  // Both operands are exact, so the quotient is the double nearest to the decimal.
  return decimals === 0 ? mantissa : mantissa / (POWERS_OF_TEN[decimals] as number);
}

/** Signs, exponents and more digits than a double holds. Sets `stop` like `decimalAt`. */
function oddNumberAt(bytes: Uint8Array, start: number, end: number): number {
  const comma = bytes.indexOf(COMMA, start);
  stop = comma < 0 || comma > end ? end : comma;
  const written = text(bytes, start, stop);
  // Adding 0 turns −0 into 0.
  return NUMBER.test(written) ? Number(written) + 0 : Number.NaN;
}

const text = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

const fieldFault = (name: string, written: string): string =>
  written === '' ? `${name} is missing` : `${name} is not a number: ${quoted(written)}`;

const quoted = (written: string): string =>
  JSON.stringify(written.length > 40 ? `${written.slice(0, 40)}…` : written);

const endlessLine = (file: string, header: string, line: number): Fault =>
  new Fault(
    EXIT.corrupt,
    `${file}:${line}: a line of more than ${LINE_BYTES_MAX} bytes`,
    `this is no CSV file with the columns ${header}`,
  );

function checkHeader(file: string, header: string, found: string): void {
  if (found === header) return;
  const what = found === '' ? 'is empty' : `has the wrong header ${quoted(found)}`;
  throw new Fault(EXIT.corrupt, `${file}:1: the file ${what}`, `the first line must be ${header}`);
}
