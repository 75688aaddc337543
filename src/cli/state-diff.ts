/**
 * `state diff`: what changed between two steps of a directory, or between two directories.
 *
 * Promises: read-only; exit 0 whether something differs or not (it is a view, not a check).
 */
import {
  DIFFERENCES_MAX,
  differencesOf,
  doubtsOf,
  historyOf,
  type Inspection,
  isFolder,
  type Place,
  parts,
} from '../app/directory.ts';
import type { Point } from '../app/point.ts';
import { table } from '../app/table.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Io } from './io.ts';
import { pointIn } from './point.ts';
import { partNamed, resolvePart, type StateDiffOptions } from './state-command.ts';
import { lookAround, placeFor, print, printJson, tellDoubts } from './state-look.ts';

export const stateDiff = async (
  what: readonly string[],
  options: StateDiffOptions,
  io: Io,
): Promise<ExitCode> => {
  const { part, before, after } = await sidesOf(what, options, io);
  const changes = differencesOf(before.seen, after.seen).filter(
    ({ id }) => part === null || id === part,
  );
  const [from, to] = [before.seen.seq, after.seen.seq];
  const doubts = [...new Set([before, after].flatMap(({ seen }) => doubtsOf(seen)))];
  tellDoubts(doubts, io);
  if (options.json) {
    const directories = { fromDirectory: before.directory, toDirectory: after.directory };
    printJson(io, { from, to, ...directories, changes, doubts });
    return EXIT.ok;
  }
  const isOther = before.directory !== after.directory;
  const [one, two] = isOther ? ['here', 'there'] : ['before', 'after'];
  const other = isOther ? ` of ${after.directory}` : '';
  print(io, `from step ${from} to step ${to}${other}`);
  if (part === null) {
    for (const { id, differences } of changes) print(io, countLine(id, differences.length));
    if (changes.length > 0) print(io, 'name a part to see what: state diff PART');
  }
  for (const { id, differences } of part === null ? [] : changes) {
    print(io, `\n${id}`);
    const rows = differences.map(({ path, before: old, after: now }) => [
      path,
      shown(old),
      shown(now),
    ]);
    print(io, table([{ title: 'where' }, { title: one }, { title: two }], rows));
  }
  if (changes.length === 0) print(io, 'nothing differs');
  return EXIT.ok;
};

interface Side {
  readonly directory: string;
  readonly seen: Inspection;
}

interface Sides {
  readonly part: string | null;
  readonly before: Side;
  readonly after: Side;
}

/** Of two points the first is the older one; one alone is compared with the newest here. */
async function sidesOf(what: readonly string[], options: StateDiffOptions, io: Io): Promise<Sides> {
  const words = what.map(wordOf);
  const part = words.find(word => word.kind === 'part')?.id ?? null;
  const points = words.filter(word => word.kind !== 'part');
  if (points.length > 2 || words.length - points.length > 1)
    throw new Fault(
      EXIT.usage,
      'diff compares two things',
      'give [part] and two of step, time, folder',
    );
  const place = placeFor(options, io);
  const { config, json } = options;
  const sideOf = async (word: Exclude<Word, { kind: 'part' }> | undefined): Promise<Side> => {
    const where = word?.kind === 'folder' ? placeFor({ ...options, dir: word.folder }, io) : place;
    const at = word?.kind === 'point' ? { at: word.point } : {};
    const seen = await lookAround(where, { ...(config && { config }), json, ...at }, io);
    return { directory: where.directory, seen };
  };
  const [one, two] = points;
  if (one !== undefined && (two !== undefined || one.kind === 'point'))
    return { part, before: await sideOf(one), after: await sideOf(two) };
  const folder = one?.kind === 'folder' ? one.folder : options.with;
  const newest = await sideOf(options.to && { kind: 'point', point: options.to });
  if (folder !== undefined)
    return { part, before: newest, after: await sideOf({ kind: 'folder', folder }) };
  const from = options.from ?? { kind: 'step', seq: generationBefore(place, newest.seen.seq) };
  return { part, before: await sideOf({ kind: 'point', point: from }), after: newest };
}

type Word =
  | { readonly kind: 'point'; readonly point: Point }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'part'; readonly id: string };

function wordOf(text: string): Word {
  const point = pointIn(text);
  if (point !== null) return { kind: 'point', point };
  const id = partNamed(text, parts);
  if (id !== null) return { kind: 'part', id };
  // A misspelt part has no folder of its name, and is told as such.
  return isFolder(text)
    ? { kind: 'folder', folder: text }
    : { kind: 'part', id: resolvePart(text, parts) };
}

function generationBefore(place: Place, seq: number): number {
  return historyOf(place).generations.find(each => each.seq < seq)?.seq ?? seq;
}

/** The list of differences has an end; a count at it says so. */
const countLine = (id: string, count: number): string =>
  `${id}: ${count}${count >= DIFFERENCES_MAX ? ' or more' : ''} differences`;

const CELL_CHARS_MAX = 48;

function shown(value: unknown): string {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
}
