/**
 * What the `state` commands share: the place they look at, and how they print.
 */
import { loadConfig } from '../app/config.ts';
import {
  doubtsOf,
  type Inspection,
  lookAt,
  type Place,
  placeOf,
  refuseAbsent,
  refuseStrange,
} from '../app/directory.ts';
import { lookBack, lookOnlyBack, type Sight } from '../app/look-back.ts';
import { stepOf } from '../app/point.ts';
import { escapedJson } from '../base/escaped.ts';
import type { Io } from './io.ts';
import type { StateBackOptions, StateOptions } from './state-command.ts';

export function placeFor({ dir, config: file }: StateOptions, { env }: Io): Place {
  const place = placeOf(loadConfig({ file, env, overrides: { dir } }));
  if (dir !== undefined) refuseAbsent(place);
  refuseStrange(place);
  return place;
}

/** A directory that may not be there yet. */
export const placeToBegin = ({ dir, config: file }: StateOptions, { env }: Io): Place =>
  placeOf(loadConfig({ file, env, overrides: { dir } }));

/** What the directory, or a backup of it, remembers at `--at` or now; a doubt is told, not hidden. */
export async function look(
  options: StateBackOptions,
  io: Io,
): Promise<{ place: Place; seen: Inspection }> {
  const place = placeLookedAt(options, io);
  const seen = await lookAround(place, options, io);
  tellDoubts(doubtsOf(seen), io);
  return { place, seen };
}

/** Of one place, among several. */
export const lookAround = (place: Place, options: StateBackOptions, io: Io): Promise<Inspection> =>
  reachBack(place, options, io, {
    at: options.at,
    look: where => lookAt(where, options.at === undefined ? undefined : stepOf(where, options.at)),
  });

/** Where `--from` names backups they alone are looked into: the directory may be gone. */
export const placeLookedAt = (options: StateBackOptions, io: Io): Place =>
  options.from === undefined ? placeFor(options, io) : placeToBegin(options, io);

/** A look at the directory and, where it no longer reaches there, into its backups. */
export function reachBack<T>(
  place: Place,
  { from, config: file }: StateBackOptions,
  io: Io,
  sight: Sight<T>,
): Promise<T> {
  const to = from ?? loadConfig({ file, env: io.env }).backup.to;
  const warn = (line: string): void => tellDoubts([line], io);
  const backups = to === null ? null : { from: to, env: io.env, warn };
  return from === undefined || backups === null
    ? lookBack(place, backups, sight)
    : lookOnlyBack(place, backups, sight);
}

export function tellDoubts(doubts: readonly string[], io: Io): void {
  for (const line of doubts) io.stderr.write(`holdfast: ${line}\n`);
}

export function print(io: Io, text: string): void {
  io.stdout.write(`${text}\n`);
}

export const printJson = (io: Io, value: unknown): void =>
  print(io, escapedJson(JSON.stringify(value, null, 2)));
