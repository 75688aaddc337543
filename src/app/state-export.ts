/**
 * Exports: parts of the memory in the formats of other programs. One table says which part has which.
 *
 * Promises: a part is written in a format that is the field's own, or refused with those it has; no
 * file is written before all of them are made. Never: writes into the state directory.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, extname, join, sep } from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import { type Exported, refuseInside, taken, writeExport } from './export-file.ts';
import { ENDINGS, formatOf, type StateFormat } from './export-format.ts';
import { encodeTable, rowsOf, type TableFormat } from './export-table.ts';
import { exportModel } from './model-export.ts';
import { versionsOf } from './model-view.ts';
import { type PartId, plainOf } from './show-part.ts';
import { TABLES } from './state-table.ts';

type OfModel = Exclude<StateFormat, TableFormat | 'json'>;

const TABLE_FORMATS: readonly StateFormat[] = ['csv', 'parquet', 'npy'];

/** Formats of the trained models, next to the tables of their examples. */
const MODELS: Partial<Record<PartId, readonly OfModel[]>> = {
  'signal-model': ['safetensors', 'onnx'],
  'deep-signal-model': ['keras-h5', 'safetensors', 'onnx'],
};

/** The formats of a part. */
export const formatsOf = (part: PartId): StateFormat[] => [
  'json',
  ...(TABLES[part] === undefined ? [] : TABLE_FORMATS),
  ...(MODELS[part] ?? []),
];

export interface Draft {
  readonly part: PartId;
  /** Of the file: `trades.csv`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a table. */
  readonly rows: number | null;
}

export interface ExportSource {
  readonly memory: Memory;
  readonly seq: number;
}

/** The files of these parts; of all parts that have the format where none is named. */
export async function draftExport(
  named: readonly PartId[],
  format: StateFormat,
  source: ExportSource,
): Promise<Draft[]> {
  for (const part of named)
    if (!formatsOf(part).includes(format))
      throw new Fault(
        EXIT.usage,
        `${part} has no ${format} form`,
        `choose one of ${formatsOf(part).join(', ')}`,
      );
  const parts = named.length > 0 ? [...new Set(named)] : partsWith(format, source);
  if (parts.length === 0)
    throw new Fault(
      EXIT.usage,
      `nothing has the form ${format} yet`,
      'no model is in use yet: let the bot trade on',
    );
  return (await Promise.all(parts.map(part => draftsOf(part, format, source)))).flat();
}

/** A model that is not trained yet is left out where nobody asked for it by name. */
const partsWith = (format: StateFormat, { memory }: ExportSource): PartId[] =>
  components
    .map(({ id }) => id)
    .filter(id => formatsOf(id).includes(format))
    .filter(id => !isOfModel(format) || inUse(id, memory) !== undefined);

const isOfModel = (format: StateFormat): format is OfModel =>
  format !== 'json' && !TABLE_FORMATS.includes(format);

const inUse = (id: PartId, memory: Memory) =>
  versionsOf(memory).find(({ model, status }) => model === id && status === 'in use');

async function draftsOf(part: PartId, format: StateFormat, source: ExportSource): Promise<Draft[]> {
  const { memory, seq } = source;
  const named = (stem: string) => `${stem}.${ENDINGS[format]}`;
  if (format === 'json') {
    const text = JSON.stringify({ part, seq, state: plainOf(memory[part]) }, null, 1);
    return [{ part, name: named(stemOf(part)), bytes: Buffer.from(`${text}\n`), rows: null }];
  }
  if (isOfModel(format)) {
    const version = inUse(part, memory);
    if (version === undefined)
      throw new Fault(
        EXIT.usage,
        `there is no ${part} in use yet`,
        'let the bot trade on, or export it as json',
      );
    const bytes = await exportModel(version, format, source);
    return [{ part, name: named(stemOf(part)), bytes, rows: null }];
  }
  const tables = TABLES[part]?.(memory) ?? [];
  return Promise.all(
    tables.map(async table => ({
      ...{ part, name: named(table.name), rows: rowsOf(table) },
      bytes: await encodeTable(table, format),
    })),
  );
}

const stemOf = (part: PartId): string => part.replaceAll('-', '_');

/** `to`: a file where there is one and `to` has an ending; else a folder, made where it is not. */
export function writeDrafts(
  drafts: readonly Draft[],
  to: string,
  options: { readonly replace: boolean; readonly directory: string },
): (Exported & { readonly part: PartId; readonly rows: number | null })[] {
  const isFile = drafts.length === 1 && extname(to) !== '' && !to.endsWith(sep) && !isDirectory(to);
  if (drafts.length > 1) refuseFile(drafts, to);
  const files = drafts.map(({ name }) => (isFile ? to : join(to, name)));
  refuseInside(isFile ? dirname(to) : to, options.directory);
  if (!options.replace)
    for (const file of files)
      if (existsSync(file)) throw taken(file, 'name another place with --to, or say --yes');
  if (!isFile) makeFolder(to);
  return drafts.map(({ part, rows, bytes }, index) => ({
    part,
    rows,
    ...writeExport(files[index] ?? to, bytes, { replace: options.replace }),
  }));
}

/** `trades.csv` is no name for a folder of three tables. */
function refuseFile(drafts: readonly Draft[], to: string): void {
  if (formatOf(to) === null || isDirectory(to)) return;
  throw new Fault(
    EXIT.usage,
    `${to} would be one file, and these are ${drafts.length}: ${drafts.map(({ name }) => name).join(', ')}`,
    `name a folder with --to (${to}/ is one)`,
  );
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Fault(EXIT.config, `${path} cannot be looked at: ${code}`, 'check --to');
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Fault(EXIT.config, `${folder} cannot be made: ${code}`, 'check --to');
  }
}
