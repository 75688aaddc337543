/**
 * Imports the state directory of the Python bot that this product replaces, into a new directory.
 *
 * Promises: the old directory is only read, and nothing of it is run (src/legacy); all parts arrive in
 * one step or none does; every field is told of as carried over, defaulted or lost. Never: into a
 * directory in which anything has happened.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import type { AnyComponent } from '../core/component.ts';
import type { Finding } from '../legacy/finding.ts';
import type { OldBalance } from '../legacy/old-balance.ts';
import { isOldName, OLD_FILES, type OldPart } from '../legacy/old-file.ts';
import { type OldFile, type OldMemory, readOldState } from '../legacy/old-state.ts';
import { OLD_FILE_BYTES_MAX } from '../legacy/unpack.ts';
import { openMemoryStore } from '../state/memory-store.ts';
import { writeState } from '../state/state-file.ts';
import { lookAt, memoryOf, type Place, refuseHeld } from './directory.ts';
import { isHoldfast, isOurs, refuseForeign, refuseUnfinished } from './foreign-folder.ts';
import { describeKeras } from './old-keras.ts';
import { type NewMemory, newsIn, type Replaced, replaceMemoryAtRest } from './replace-memory.ts';
import { stepsOn } from './steps.ts';

export type { OldBalance };

export interface OldDirectory {
  readonly from: string;
  readonly memory: OldMemory;
  readonly balance: OldBalance | null;
  readonly findings: readonly Finding[];
  readonly unreadable: readonly string[];
  /** The file that each part came from. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads it all; `attentionNames`: of which feature each attention weight is, where asked for. */
export async function readOldDirectory(
  from: string,
  attentionNames: readonly string[] | null,
): Promise<OldDirectory> {
  const names = namesIn(from);
  if (isHoldfast(names))
    throw new Fault(
      EXIT.config,
      `${from} is a Holdfast directory`,
      'say --learned to take over what it has learned, or name the directory of the Python bot',
    );
  const found = OLD_FILES.flatMap(([part, candidates]) => {
    const name = candidates.find(each => names.includes(each));
    return name === undefined ? [] : [{ part, file: readOldFile(from, name) }];
  });
  if (found.length === 0) throw nothingThere(from);
  const files = Object.fromEntries(found.map(({ part, file }) => [part, file])) as Partial<
    Record<OldPart | 'deep-signal-model', OldFile>
  >;
  const { findings, ...old } = readOldState(files, attentionNames);
  const keras = files['deep-signal-model'];
  return {
    from,
    ...old,
    findings: [
      ...findings,
      ...(keras === undefined ? [] : [await kerasFinding(keras)]),
      ...strangersIn(names),
      ...absent(files),
    ],
    sources: new Map(found.map(({ part, file }) => [part, file.name])),
  };
}

function namesIn(from: string): string[] {
  try {
    return readdirSync(from);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Fault(EXIT.config, `${from} cannot be read: ${code}`, 'check --from');
  }
}

function nothingThere(from: string): Fault {
  return new Fault(
    EXIT.config,
    `there is no file of the Python bot in ${from}`,
    `it should hold ${OLD_FILES.map(([, [name = '']]) => name).join(', ')}`,
  );
}

/** A plain file, whole; a pipe or a device would never end. */
function readOldFile(from: string, name: string): OldFile {
  const file = join(from, name);
  const refuse = (why: string): never => {
    throw new Fault(EXIT.config, `${file} cannot be read: ${why}`, 'check --from');
  };
  try {
    // Without O_NONBLOCK a pipe would be waited for.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(handle);
      if (!stat.isFile()) return refuse('it is no plain file');
      if (stat.size > OLD_FILE_BYTES_MAX)
        return refuse(`it has more than ${OLD_FILE_BYTES_MAX} bytes`);
      return { name, bytes: readWhole(handle, stat.size) };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    return refuse((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function readWhole(handle: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const count = readSync(handle, bytes, done, size - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

const kerasFinding = async ({ name, bytes }: OldFile): Promise<Finding> => ({
  file: name,
  what: 'model',
  outcome: 'not carried over',
  text: `${await describeKeras(bytes)}. Its features are others: the deep signal model trains afresh`,
});

/** A folder may have hundreds of logs beside them. */
const STRANGERS_SHOWN_MAX = 20;

function strangersIn(names: readonly string[]): Finding[] {
  const text = 'it is none of the six that are known';
  const told = { what: 'the file', outcome: 'not carried over', text } as const;
  const strangers = names.filter(name => !isOldName(name)).toSorted();
  const rest = strangers.length - STRANGERS_SHOWN_MAX;
  return [
    ...strangers.slice(0, STRANGERS_SHOWN_MAX).map(file => ({ ...told, file })),
    ...(rest > 0 ? [{ ...told, file: `${rest} more` }] : []),
  ];
}

const absent = (files: object): Finding[] =>
  OLD_FILES.filter(([part]) => !Object.hasOwn(files, part)).map(([part, [name = '']]) => ({
    file: name,
    what: 'the file',
    outcome: 'defaulted' as const,
    text: `it is not there: ${part} starts from its defaults`,
  }));

/** Only a directory in which nothing has happened yet. */
export function refuseUsed(place: Place): void {
  const { directory, disks } = place;
  refuseForeign(directory);
  refuseUnfinished(directory);
  if (disks.a.stat('') === null || !disks.a.list('').some(isOurs)) return;
  refuseHeld(place);
  const seen = lookAt(place);
  if (seen.seq === 0 && seen.doubt === null && memoryOf(seen).run.binding === null) return;
  throw new Fault(
    EXIT.config,
    `${directory} holds a memory already`,
    'import into a new directory, with --dir',
  );
}

/**
 * The parts that would be carried over; what stands against it is thrown before a directory is begun.
 */
export function partsToImport(old: OldDirectory): readonly NewMemory[] {
  const parts = (components as readonly AnyComponent[]).flatMap(({ id }) => partOf(id, old) ?? []);
  const news = newsIn(stepsOn(openMemoryStore(components)), { why: 'import', parts });
  if (news.parts.length === 0) throw nothingOf(old);
  return parts;
}

/** The parts of the old memory, in one step. */
export const importParts = (place: Place, parts: readonly NewMemory[]): Replaced =>
  replaceMemoryAtRest(place, { why: 'import', parts }, { begin: true });

const nothingOf = ({ from }: OldDirectory): Fault =>
  new Fault(
    EXIT.corrupt,
    `nothing in ${from} could be carried over`,
    'the report says why, file by file',
  );

function partOf(id: string, { memory, from, sources }: OldDirectory): NewMemory | null {
  const state = (memory as Readonly<Record<string, unknown>>)[id];
  const component = (components as readonly AnyComponent[]).find(each => each.id === id);
  if (state === undefined || component === undefined) return null;
  const source = sources.get(id) ?? sources.get('risk-manager') ?? sources.get('analytics') ?? '';
  return { id, file: writeState(component, state, 0), from: join(from, source) };
}
