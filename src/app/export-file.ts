/**
 * Files for other programs: written whole, under a temporary name first.
 *
 * Promises: a reader sees all of a file or none of it; a file that is there is only replaced where that
 * was asked for. Never: follows a temporary name that somebody else has put there.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { EXIT, Fault } from '../base/fault.ts';

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export function writeExport(file: string, bytes: Uint8Array, replace = false): Exported {
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
    throw faultOf(file, (error as NodeJS.ErrnoException).code ?? String(error));
  } finally {
    if (begun) rmSync(temporary, { force: true });
  }
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const taken = (file: string, remedy = 'name another file with --to'): Fault =>
  new Fault(EXIT.config, `${file} exists already`, remedy);

function faultOf(file: string, code: string): Fault {
  if (code === 'EEXIST') return taken(file);
  const full = code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT';
  return new Fault(
    full ? EXIT.disk : EXIT.config,
    `${file} cannot be written: ${code}`,
    full ? 'make room, or choose another disk' : 'check --to: its folder has to be there',
  );
}
