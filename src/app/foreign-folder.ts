/**
 * Whether a folder is a state directory, an empty one, or somebody else's.
 *
 * Promises: a folder that holds things and none of ours is refused before anything is written
 * there (the Python bot's with the way to take it over), and so is one that a cut restore left to be finished. Never: looks into a file.
 */
import path from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { isOldName, isShared } from '../legacy/old-file.ts';
import { LOCK_FILE, realDisk } from '../state/disk.ts';
import { JOURNAL_FOLDER } from '../state/journal-file.ts';
import { MANIFEST_FILES } from '../state/manifest.ts';
import { NOTES_FILE } from '../state/notes.ts';
import { shellWord } from './hold.ts';

/** Files and folders by which a state directory is known. */
const OUR_NAMES = [...MANIFEST_FILES, LOCK_FILE, JOURNAL_FOLDER, NOTES_FILE];

export const isOurs = (name: string): boolean =>
  OUR_NAMES.includes(name) || components.some(({ file }) => file.name === name);

/** By a name that the Python bot has not as well; a lock may be left of a start that was refused. */
export const isHoldfast = (names: readonly string[]): boolean =>
  names.some(name => isOurs(name) && name !== LOCK_FILE && !isShared(name));

/** What lies in any folder of a disk and is nobody's. */
const NOBODYS = /^(\.|lost\+found$)/;

const ANOTHER_DIR = 'choose a new or an empty folder with --dir';

/** Refuses a folder that is somebody else's: Holdfast would fill it with its files. */
export function refuseForeign(directory: string, remedy = ANOTHER_DIR): void {
  const disk = realDisk(directory);
  refuseNoFolder(disk.root, remedy);
  if (disk.stat('') === null) return;
  const names = disk.list('').filter(name => !NOBODYS.test(name));
  if (!isHoldfast(names) && names.some(name => isOldName(name) && !isShared(name)))
    throw new Fault(
      EXIT.config,
      `${directory} is a directory of the Python bot`,
      `take it over into a new one: holdfast state import --from ${shellWord(directory)} --dir NEW`,
    );
  const [stranger] = names.filter(name => !isOurs(name));
  if (stranger === undefined || names.some(isOurs)) return;
  throw new Fault(
    EXIT.config,
    `${directory} is no Holdfast directory: it holds ${stranger}`,
    remedy,
  );
}

/** Neither a file is a directory, nor can one be made below it. */
export function refuseNoFolder(directory: string, remedy = ANOTHER_DIR): void {
  const stat = realDisk(directory).stat('');
  if (stat?.directory === false)
    throw new Fault(EXIT.config, `${directory} is not a folder`, remedy);
  const parent = path.dirname(directory);
  if (stat === null && parent !== directory) refuseNoFolder(parent, remedy);
}

/** Nothing was ever begun there; a lock may be left of a start that was refused. */
export function isUnbegun(directory: string): boolean {
  const disk = realDisk(directory);
  return disk.stat('') === null || disk.list('').every(name => name === LOCK_FILE);
}

const RESTORING = '.restoring';

/** The folder beside a directory that a restore of it writes into. */
export const restoringOf = (directory: string): string => realDisk(directory).root + RESTORING;

/** Refuses to begin where a restore was cut, and to go on in what it left. */
export function refuseUnfinished(directory: string): void {
  refuseRestoring(directory);
  const [disk, left] = [realDisk(directory), restoringOf(directory)];
  if (disk.list('').some(isMemory) || realDisk(left).stat('') === null) return;
  throw new Fault(
    EXIT.corrupt,
    `a restore of ${directory} was cut: ${left} is not in its place yet`,
    'do it again: holdfast state restore (what was there before is in ' +
      `${disk.root}.before-restore-…); or remove ${left} to begin afresh`,
  );
}

const isMemory = (name: string): boolean => isOurs(name) && name !== LOCK_FILE;

/** What a restore left is no directory, whatever it holds. */
export function refuseRestoring(directory: string): void {
  if (!realDisk(directory).root.endsWith(RESTORING)) return;
  throw new Fault(
    EXIT.config,
    `${directory} is what a restore left that was cut, no directory`,
    'do it again: holdfast state restore; it takes that folder away',
  );
}
