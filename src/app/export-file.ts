/**
 * Files for other programs: written whole, under a temporary name first.
 *
 * Promises: a reader sees all of a file or none of it; a file that is there is only replaced where that
 * was asked for. Never: follows a temporary name that somebody else has put there.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExportOptions {
  /** A file of this name gives way; else it is refused. */
  readonly replace?: boolean;
  /** The option that names the file, for the remedy. */
  readonly option?: string;
}

export function writeExport(
  file: string,
  bytes: Uint8Array,
  { replace = false, option = '--to' }: ExportOptions = {},
): Exported {
  const temporary = `${file}.${process.pid}.tmp`;
  let begun = false;
  try {
    const handle = openSync(temporary, 'wx');
    begun = true;
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    // A link is refused where the name is taken, a renaming is not.
    if (replace) renameSync(temporary, file);
    else linkSync(temporary, file);
  } catch (error) {
    throw faultOf(file, (error as NodeJS.ErrnoException).code ?? String(error), option);
  } finally {
    if (begun) rmSync(temporary, { force: true });
  }
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const taken = (file: string, remedy: string): Fault =>
  new Fault(EXIT.config, `${file} exists already`, remedy);

function faultOf(file: string, code: string, option: string): Fault {
  if (code === 'EEXIST') return taken(file, `name another file with ${option}`);
  const full = code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT';
  return new Fault(
    full ? EXIT.disk : EXIT.config,
    `${file} cannot be written: ${code}`,
    full ? 'make room, or choose another disk' : `check ${option}: its folder has to be there`,
  );
}

/** Refuses a file that could not be written later, before hours of work are done for it. */
export function refuseUnwritable(
  file: string,
  { replace = false, option = '--to' }: ExportOptions,
  directory: string | null,
): void {
  const folder = dirname(resolve(file));
  if (directory !== null) refuseInside(folder, directory, option);
  if (!existsSync(folder))
    throw new Fault(EXIT.config, `there is no folder ${folder}`, `make it, or check ${option}`);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory())
    throw new Fault(EXIT.config, `${file} is a folder`, `name a file with ${option}`);
  if (found !== undefined && !replace)
    throw taken(file, `name another file with ${option}, or say --yes`);
}

/** A file of another kind in there would be taken for somebody else's, or for damage. */
export function refuseInside(folder: string, directory: string, option = '--to'): void {
  const inside = `${realOf(folder)}${sep}`.startsWith(`${realOf(directory)}${sep}`);
  if (inside)
    throw new Fault(
      EXIT.config,
      `${folder} is in the state directory ${directory}`,
      `choose another place with ${option}`,
    );
}

/** With links followed, as far as the path exists. */
function realOf(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  const parent = dirname(whole);
  return parent === whole ? whole : join(realOf(parent), basename(whole));
}
