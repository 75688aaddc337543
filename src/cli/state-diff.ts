/**
 * `state diff`: what changed between two steps of a directory, or between two directories.
 *
 * Promises: read-only; exit 0 whether something differs or not (it is a view, not a check).
 */
import {
  DIFFERENCES_MAX,
  differencesOf,
  historyOf,
  type Inspection,
  lookAt,
  type Place,
  parts,
} from '../app/directory.ts';
import { table } from '../app/table.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import type { Io } from './io.ts';
import { resolvePart, type StateDiffOptions } from './state-command.ts';
import { placeFor, print, printJson } from './state-look.ts';

export const stateDiff = async (
  part: string | null,
  options: StateDiffOptions,
  io: Io,
): Promise<ExitCode> => {
  const place = placeFor(options, io);
  const wanted = part === null ? null : resolvePart(part, parts);
  const [before, after] = sides(place, options, io);
  const changes = differencesOf(before, after).filter(({ id }) => wanted === null || id === wanted);
  if (options.json) {
    printJson(io, { from: before.seq, to: after.seq, changes });
    return EXIT.ok;
  }
  const isOther = options.with !== undefined;
  const [one, two] = isOther ? ['here', 'there'] : ['before', 'after'];
  const other = isOther ? ` of ${options.with}` : '';
  print(io, `from step ${before.seq} to step ${after.seq}${other}`);
  if (wanted === null) {
    for (const { id, differences } of changes) print(io, countLine(id, differences.length));
    if (changes.length > 0) print(io, 'name a part to see what: state diff PART');
  }
  for (const { id, differences } of wanted === null ? [] : changes) {
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

function sides(place: Place, options: StateDiffOptions, io: Io): [Inspection, Inspection] {
  const newest = lookAt(place, options.to);
  if (options.with !== undefined) {
    const other = placeFor({ ...options, dir: options.with }, io);
    return [newest, lookAt(other)];
  }
  const { generations } = historyOf(place);
  const from = options.from ?? generations.find(({ seq }) => seq < newest.seq)?.seq ?? newest.seq;
  return [lookAt(place, from), newest];
}

/** The list of differences has an end; a count at it says so. */
const countLine = (id: string, count: number): string =>
  `${id}: ${count}${count >= DIFFERENCES_MAX ? ' or more' : ''} differences`;

const CELL_CHARS_MAX = 48;

function shown(value: unknown): string {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
}
