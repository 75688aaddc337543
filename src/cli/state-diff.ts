/**
 * `state diff`: what changed between two steps of a directory, or between two directories.
 *
 * Promises: read-only; exit 0 whether something differs or not (it is a view, not a check).
 */
import { table } from '../app/table.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import { components } from '../components.ts';
import { diffStates } from '../state/diff-states.ts';
import { history, type Inspection, inspectStates } from '../state/inspect.ts';
import { openDisks } from '../state/open-disks.ts';
import type { Io } from './io.ts';
import { resolvePart, type StateDiffOptions } from './state-command.ts';
import { type Place, placeOf, print, printJson } from './state-place.ts';

export const stateDiff = async (
  part: string | null,
  options: StateDiffOptions,
  io: Io,
): Promise<ExitCode> => {
  const place = placeOf(options, io);
  const wanted = part === null ? null : resolvePart(part, components);
  const [before, after] = sides(place, options);
  const changes = components
    .filter(({ id }) => wanted === null || id === wanted)
    .map(({ id }) => ({ id, differences: diffStates(before.states[id], after.states[id]) }))
    .filter(({ differences }) => differences.length > 0);
  if (options.json) {
    printJson(io, { from: before.seq, to: after.seq, changes });
    return EXIT.ok;
  }
  print(io, `from step ${before.seq} to step ${after.seq}`);
  for (const { id, differences } of changes) {
    print(io, `\n${id}`);
    const rows = differences.map(({ path, before: old, after: now }) => [
      path,
      shown(old),
      shown(now),
    ]);
    print(io, table([{ title: 'where' }, { title: 'before' }, { title: 'after' }], rows));
  }
  if (changes.length === 0) print(io, 'nothing differs');
  return EXIT.ok;
};

function sides(place: Place, options: StateDiffOptions): [Inspection, Inspection] {
  const { disks } = place;
  const at = (step: number | undefined) => (step === undefined ? {} : { at: step });
  const newest = inspectStates(disks, components, at(options.to));
  if (options.with !== undefined)
    return [newest, inspectStates(openDisks(options.with), components)];
  const { generations } = history(disks);
  const from = options.from ?? generations.find(({ seq }) => seq < newest.seq)?.seq ?? newest.seq;
  return [inspectStates(disks, components, at(from)), newest];
}

const CELL_CHARS_MAX = 48;

function shown(value: unknown): string {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
}
