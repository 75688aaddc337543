/**
 * Tables as NPY files: a structured array, so that `numpy.load(file)['column']` is a column.
 *
 * Numbers are float64 (NaN where nothing is known), whole numbers int64, flags bool, times
 * datetime64[ms] (NaT where nothing is known), texts of the width of the longest.
 * Promises: a record is as wide as its fields, without padding. Never: a name that would need quotes.
 */
import { assert } from '../base/assert.ts';
import { frameNpy } from './format-npy.ts';

/** Numbers are in ms where they are times. */
export type RecordField =
  | { readonly name: string; readonly type: 'text'; readonly values: readonly string[] }
  | {
      readonly name: string;
      readonly type: 'number' | 'whole' | 'flag' | 'time';
      readonly values: readonly number[];
    };

const CHARACTER_BYTES = 4;
const NOT_A_TIME = -(1n << 63n);

interface Layout {
  readonly descr: string;
  readonly bytes: number;
  write(view: DataView, place: number, row: number): void;
}

function layoutOf(field: RecordField): Layout {
  if (field.type === 'text') return textLayout(field.values);
  const { values } = field;
  const at = (row: number): number => values[row] ?? Number.NaN;
  switch (field.type) {
    case 'flag':
      return {
        ...{ descr: '|b1', bytes: 1 },
        write: (view, place, row) => view.setUint8(place, at(row) === 1 ? 1 : 0),
      };
    case 'number':
      return {
        ...{ descr: '<f8', bytes: 8 },
        write: (view, place, row) => view.setFloat64(place, at(row), true),
      };
    default: {
      const none = field.type === 'time' ? NOT_A_TIME : 0n;
      return {
        ...{ descr: field.type === 'time' ? '<M8[ms]' : '<i8', bytes: 8 },
        write: (view, place, row) =>
          view.setBigInt64(place, Number.isNaN(at(row)) ? none : BigInt(at(row)), true),
      };
    }
  }
}

function textLayout(values: readonly string[]): Layout {
  const width = values.reduce((most, text) => Math.max(most, [...text].length), 1);
  return {
    ...{ descr: `<U${width}`, bytes: width * CHARACTER_BYTES },
    write: (view, place, row) =>
      [...(values[row] ?? '')].forEach((character, index) => {
        view.setUint32(place + index * CHARACTER_BYTES, character.codePointAt(0) ?? 0, true);
      }),
  };
}

export function encodeRecords(fields: readonly RecordField[]): Uint8Array {
  const rows = fields[0]?.values.length ?? 0;
  const layouts = fields.map(field => {
    assert(/^\w+$/.test(field.name), `a column named ${field.name}`);
    assert(field.values.length === rows, `${field.values.length} values of ${field.name}`);
    return layoutOf(field);
  });
  const recordBytes = layouts.reduce((sum, { bytes }) => sum + bytes, 0);
  const names = layouts.map(({ descr }, index) => `('${fields[index]?.name}', '${descr}')`);
  const { bytes, start } = frameNpy(`[${names.join(', ')}]`, `${rows},`, rows * recordBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  let place = 0;
  for (let row = 0; row < rows; row += 1)
    for (const { bytes: width, write } of layouts) {
      write(view, place, row);
      place += width;
    }
  return bytes;
}
