/**
 * The recorded files that a run was made of, as its notes keep them.
 *
 * Promises: what a note says is read strictly; what is not a record of a file is none. Older
 * directories have no such notes: then the list is empty, and nobody guesses. Never: part of the
 * state; a tape may be moved or renamed, and the memory stays what it is.
 */
import { asCount, asInteger, asText, fieldsOf, listOf, nullable, oneOf } from '../base/field.ts';
import { type TapeFigure, tapeFigure } from '../exchange/tape-figure.ts';
import type { Note } from '../state/notes.ts';

export interface RecordedFile extends TapeFigure {
  readonly kind: 'candles' | 'funding';
}

/** Reads every file once. */
export async function recordFiles(
  tapes: readonly string[],
  funding: readonly string[],
): Promise<RecordedFile[]> {
  const files: RecordedFile[] = [];
  for (const file of tapes) files.push({ kind: 'candles', ...(await tapeFigure(file)) });
  for (const file of funding) files.push({ kind: 'funding', ...(await tapeFigure(file)) });
  return files;
}

const readFiles = listOf(
  fieldsOf<RecordedFile>({
    kind: oneOf<RecordedFile['kind']>(['candles', 'funding']),
    file: asText,
    sha256: asText,
    bytes: asCount,
    rows: asCount,
    from: nullable(asInteger),
    to: nullable(asInteger),
  }),
);

/** One start of a bot on this directory. */
export interface StartNote {
  readonly version: string;
  readonly node: string;
  readonly files: readonly RecordedFile[];
}

export const STARTED = 'started';

const readStart = ({ version, node, files }: Note): StartNote => ({
  version: asText(version, 'version'),
  node: asText(node, 'node'),
  files: readFiles(files, 'files'),
});

/** The starts that notes still tell of, oldest first. */
export const startsIn = (notes: readonly Note[]): StartNote[] =>
  notes.flatMap(note => {
    if (note.what !== STARTED) return [];
    try {
      return [readStart(note)];
    } catch {
      // Nobody's word is taken for a record: a note may have been written by hand.
      return [];
    }
  });

/** Each file once, in the order of their first use. */
export function filesOf(starts: readonly StartNote[]): RecordedFile[] {
  const files = new Map<string, RecordedFile>();
  for (const file of starts.flatMap(start => start.files))
    files.set(`${file.sha256} ${file.file}`, file);
  return [...files.values()];
}
