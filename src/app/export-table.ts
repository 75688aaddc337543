/**
 * Tables for other programs: named columns of one kind each, as CSV, NPY or Parquet.
 *
 * Promises: money is exact, in quote currency (in NPY, which has no decimals, the nearest float64);
 * times are UTC; the same table gives the same bytes. Never: a header without its columns, also where
 * there are no rows.
 */
import { toQuote, UNITS_PER_QUOTE, type Units } from '../base/money.ts';
import { encodeRecords, type RecordField } from '../state/format-npy-records.ts';

export type ColumnKind = 'text' | 'time' | 'money' | 'number' | 'whole' | 'flag';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of money: units; of times: ms. Null: not known. */
  readonly values: readonly (string | number | boolean | null)[];
}

export interface Table {
  /** Of the file: `trades`. */
  readonly name: string;
  readonly columns: readonly Column[];
}

export type TableFormat = 'csv' | 'npy' | 'parquet';

export const rowsOf = ({ columns: [first] }: Table): number => first?.values.length ?? 0;

export async function encodeTable(table: Table, format: TableFormat): Promise<Uint8Array> {
  if (format === 'parquet') return encodeParquet(table);
  return format === 'csv' ? encodeCsv(table) : encodeRecords(table.columns.map(fieldOf));
}

function encodeCsv({ columns, ...table }: Table): Uint8Array {
  const lines = [columns.map(({ name }) => name).join(',')];
  const rows = rowsOf({ columns, ...table });
  for (let row = 0; row < rows; row += 1)
    lines.push(columns.map(column => cellOf(column, row)).join(','));
  return Buffer.from(`${lines.join('\n')}\n`);
}

function cellOf({ kind, values }: Column, row: number): string {
  const value = values[row] ?? null;
  if (value === null) return '';
  if (kind === 'money') return moneyText(value as Units);
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every unit of it: `-2.48`. */
export function moneyText(units: Units): string {
  const size = Math.abs(units);
  const whole = Math.floor(size / UNITS_PER_QUOTE);
  const rest = String(size % UNITS_PER_QUOTE)
    .padStart(MONEY_DECIMALS, '0')
    .replace(/0+$/, '');
  return `${units < 0 ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}

const MONEY_DECIMALS = 8;
/** All that a safe integer of units needs. */
const MONEY_DIGITS = 18;

function fieldOf({ name, kind, values }: Column): RecordField {
  const numbers = () =>
    values.map(value =>
      value === null ? Number.NaN : kind === 'money' ? toQuote(value as Units) : Number(value),
    );
  switch (kind) {
    case 'text':
      return { name, type: 'text', values: values.map(value => String(value ?? '')) };
    case 'time':
      return { name, type: 'time', values: numbers() };
    case 'whole':
    case 'flag':
      return { name, type: kind, values: numbers() };
    default:
      return { name, type: 'number', values: numbers() };
  }
}

const ELEMENTS: Readonly<Record<ColumnKind, object>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  money: {
    ...{ type: 'INT64', converted_type: 'DECIMAL' },
    ...{ scale: MONEY_DECIMALS, precision: MONEY_DIGITS },
  },
  number: { type: 'DOUBLE' },
  whole: { type: 'INT64' },
  flag: { type: 'BOOLEAN' },
};

async function encodeParquet({ columns }: Table): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const schema = columns.map(({ name, kind }) => ({
    name,
    repetition_type: 'OPTIONAL' as const,
    ...ELEMENTS[kind],
  }));
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, kind, values }) => ({
      name,
      data: parquetValues(kind, values),
    })),
    schema: [{ name: 'root', num_children: columns.length }, ...schema],
    createdBy: 'holdfast',
  });
  return new Uint8Array(buffer);
}

/** Whole numbers of 64 bits, which a decimal and a time are made of, are bigints. */
const parquetValues = (kind: ColumnKind, values: Column['values']): unknown[] =>
  kind === 'text' || kind === 'number' || kind === 'flag'
    ? [...values]
    : values.map(value => (value === null ? null : BigInt(value as number)));

/** A table of rows, by what each column takes of them. */
export function tableOf<Row>(
  name: string,
  rows: readonly Row[],
  columns: readonly (readonly [
    name: string,
    kind: ColumnKind,
    take: (row: Row) => string | number | boolean | null,
  ])[],
): Table {
  return {
    name,
    columns: columns.map(([column, kind, take]) => ({
      name: column,
      kind,
      values: rows.map(take),
    })),
  };
}
