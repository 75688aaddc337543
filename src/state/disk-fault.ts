/**
 * The words for what a disk can refuse.
 *
 * Promises: every fault names the file, says the reason in plain words and what to do about it.
 * Never: hides the code of the system, which an administrator needs.
 */
import os from 'node:os';
import { EXIT, Fault } from '../base/fault.ts';

interface Reason {
  readonly plain: string;
  readonly remedy: string;
}

const REASONS: Readonly<Record<string, Reason>> = {
  ENOSPC: { plain: 'disk full', remedy: 'free some space on that disk, then start again' },
  EDQUOT: {
    plain: 'quota used up',
    remedy: 'raise the quota or free some space, then start again',
  },
  EROFS: { plain: 'read-only disk', remedy: 'mount it writable, or give another --dir' },
  EACCES: {
    plain: 'no permission',
    remedy: 'give the user that runs Holdfast read and write access to the directory',
  },
  EPERM: {
    plain: 'not permitted',
    remedy: 'check the owner and the attributes of the file (lsattr), then start again',
  },
  EIO: {
    plain: 'the disk reports an error',
    remedy: 'check the disk (dmesg, smartctl) before you start again; nothing is retried',
  },
  EMFILE: { plain: 'too many open files', remedy: 'raise the limit of open files (ulimit -n)' },
  ENFILE: { plain: 'too many open files', remedy: 'raise the limit of open files of the system' },
  ENOENT: { plain: 'it is gone', remedy: 'see who removes files there while Holdfast runs' },
  EEXIST: { plain: 'it is already there', remedy: 'see who else writes into that directory' },
  ELOOP: { plain: 'a link that leads nowhere', remedy: 'name the folder itself, or mend the link' },
  ENOTDIR: {
    plain: 'a file stands where a folder belongs',
    remedy: 'move that file away, or give another --dir',
  },
  EFBIG: { plain: 'file too large', remedy: 'raise the file size limit (ulimit -f)' },
};

/** The system's name of an error; Node knows none for a quota, only the number. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, errno } = error as NodeJS.ErrnoException;
  if (errno === -os.constants.errno.EDQUOT) return 'EDQUOT';
  return typeof code === 'string' ? code : 'unknown';
}

/** `cannot write models/journal/…: disk full (ENOSPC)`, exit code 74. */
export function diskFault(verb: string, file: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const reason = REASONS[code] ?? {
    plain: error instanceof Error ? error.message : String(error),
    remedy: 'check the disk and the directory, then start again',
  };
  return new Fault(EXIT.disk, `cannot ${verb} ${file}: ${reason.plain} (${code})`, reason.remedy);
}

/** Something of the wrong kind stands where a file or folder belongs: exit code 65. */
export const misplaced = (file: string, what: string): Fault =>
  new Fault(
    EXIT.corrupt,
    `${file} is ${what}`,
    'move it away: Holdfast keeps plain files and folders there and follows no links',
  );

/** What an operator can do where no copy is whole. */
export const ACCEPT_LOSS =
  'restore a backup, or go on with what can be kept by starting once with --accept-loss';
