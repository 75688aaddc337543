/**
 * What the `state` commands share: the place they look at, and how they print.
 */
import { placeNamed } from '../app/backup.ts';
import { loadConfig } from '../app/config.ts';
import {
  type Inspection,
  lookAt,
  ownId,
  type Place,
  placeOf,
  refuseAbsent,
  refuseStrange,
} from '../app/directory.ts';
import { stepOf } from '../app/point.ts';
import { lookIntoBackup } from '../app/restore.ts';
import { escapedJson } from '../base/escaped.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Io } from './io.ts';
import type { StateAtOptions, StateBackOptions, StateOptions } from './state-command.ts';

export function placeFor({ dir, config: file }: StateOptions, { env }: Io): Place {
  const place = placeOf(loadConfig({ file, env, overrides: { dir } }));
  if (dir !== undefined) refuseAbsent(place);
  refuseStrange(place);
  return place;
}

/** A directory that may not be there yet. */
export const placeToBegin = ({ dir, config: file }: StateOptions, { env }: Io): Place =>
  placeOf(loadConfig({ file, env, overrides: { dir } }));

/** What the directory remembers, at `--at` or now; a doubt is told on stderr, not hidden. */
export function look(options: StateAtOptions, io: Io): { place: Place; seen: Inspection } {
  const place = placeFor(options, io);
  const seen = lookAt(place, options.at === undefined ? undefined : stepOf(place, options.at));
  for (const line of [...(seen.doubt === null ? [] : [seen.doubt]), ...seen.report.lost])
    io.stderr.write(`holdfast: ${line}\n`);
  return { place, seen };
}

/** `look`, or, where the directory no longer has that step, into the backups. */
export async function lookBack(
  options: StateBackOptions,
  io: Io,
): Promise<{ place: Place; seen: Inspection }> {
  const { at, from } = options;
  if (from === undefined && at === undefined) return look(options, io);
  const { backup } = loadConfig({ file: options.config, env: io.env });
  const place = placeFor(options, io);
  try {
    if (from === undefined) return look(options, io);
  } catch (error) {
    const isUnkept = error instanceof Fault && error.exitCode === EXIT.usage;
    if (!isUnkept || backup.to === null) throw error;
  }
  const seen = await lookIntoBackup({
    from: from ?? placeNamed(undefined, backup.to),
    directoryId: ownId(place),
    moment: at ?? { kind: 'latest' },
    ...{ epoch: null, env: io.env, directory: place.directory, now: io.now },
    warn: line => io.stderr.write(`holdfast: ${line}\n`),
    progress: () => undefined,
  });
  return { place, seen };
}

export function print(io: Io, text: string): void {
  io.stdout.write(`${text}\n`);
}

export const printJson = (io: Io, value: unknown): void =>
  print(io, escapedJson(JSON.stringify(value, null, 2)));
