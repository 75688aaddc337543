/**
 * The place a `state` command looks at: the directory of the config, its disks and its states.
 *
 * Promises: opens nothing for writing. Never: takes the lock.
 */
import { type AppConfig, loadConfig } from '../app/config.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { type Inspection, inspectStates } from '../state/inspect.ts';
import type { Disks } from '../state/journal.ts';
import { openDisks } from '../state/open-disks.ts';
import type { Io } from './io.ts';
import type { StateAtOptions, StateOptions } from './state-command.ts';

export interface Place {
  readonly config: AppConfig;
  readonly directory: string;
  readonly disks: Disks;
}

export function placeOf({ dir, config: file }: StateOptions, { env }: Io): Place {
  const config = loadConfig({ file, env, overrides: { dir } });
  return {
    config,
    directory: config.dir,
    disks: openDisks(config.dir, config.journalMirror ?? undefined),
  };
}

/** What the directory remembers, at `--at` or now; a doubt is told on stderr, not hidden. */
export function lookAt(options: StateAtOptions, io: Io): { place: Place; seen: Inspection } {
  const place = placeOf(options, io);
  const { at } = options;
  const seen = inspectStates(place.disks, components, at === undefined ? {} : { at });
  for (const line of [...(seen.doubt === null ? [] : [seen.doubt]), ...seen.report.lost])
    io.stderr.write(`holdfast: ${line}\n`);
  return { place, seen };
}

/** True when nothing was ever kept there. */
export const isEmpty = ({ seq, files }: Inspection): boolean => seq === 0 && files.length === 0;

export function print(io: Io, text: string): void {
  io.stdout.write(`${text}\n`);
}

export const printJson = (io: Io, value: unknown): void =>
  print(io, JSON.stringify(value, null, 2));

/** A directory that is named and not there is a slip, unlike a default one not made yet. */
export function refuseAbsent({ directory, disks }: Place, { dir }: StateOptions): void {
  if (dir !== undefined && disks.a.stat('') === null)
    throw new Fault(EXIT.usage, `there is no directory ${directory}`, 'check --dir');
}
