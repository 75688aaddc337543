/**
 * Where the control socket of a state directory lies.
 *
 * Promises: in the directory, so that whoever may enter that may command; where its path is too
 * long for a socket, in a folder of the temporary one that nobody but its user may enter. Such a
 * folder that somebody else made, or may enter, is neither listened in nor asked.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The longest path a socket may have on Linux and macOS, less its closing NUL. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET = 'control.sock';

export function controlPath(directory: string): string {
  const inside = join(resolve(directory), SOCKET);
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside;
  const name = createHash('sha256').update(inside).digest('hex').slice(0, 16);
  return join(tmpdir(), `holdfast-${name}`, SOCKET);
}

const isInside = (directory: string): boolean =>
  dirname(controlPath(directory)) === resolve(directory);

/** Makes the folder of the socket where it is not the directory's own. */
export function makeControlFolder(directory: string): void {
  if (isInside(directory)) return;
  const folder = dirname(controlPath(directory));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(directory))
    throw new Error(`${folder} is somebody else's, or open to others: remove it`);
}

/** Removes it again; a socket of a later bot keeps it. */
export function dropControlFolder(directory: string): void {
  if (isInside(directory)) return;
  try {
    rmdirSync(dirname(controlPath(directory)));
  } catch {
    // An empty folder is no loss.
  }
}

/** True where nobody but this user, or the owner of the directory, can have put the socket there. */
export function isPrivate(directory: string): boolean {
  if (isInside(directory)) return true;
  const stat = lstatSync(dirname(controlPath(directory)), { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const owner = lstatSync(resolve(directory), { throwIfNoEntry: false })?.uid;
  const isOurs = stat.uid === process.getuid?.() || stat.uid === owner;
  return stat.isDirectory() && isOurs && (stat.mode & 0o077) === 0;
}
