/**
 * Whether a folder is a state directory, an empty one, or somebody else's.
 *
 * Promises: a folder that holds things and none of ours is refused before anything is written
 * there. Never: looks into a file.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { LOCK_FILE, realDisk } from '../state/disk.ts';
import { JOURNAL_FOLDER } from '../state/journal-file.ts';
import { MANIFEST_FILES } from '../state/manifest.ts';
import { NOTES_FILE } from '../state/notes.ts';

/** Files and folders by which a state directory is known. */
const OUR_NAMES = [...MANIFEST_FILES, LOCK_FILE, JOURNAL_FOLDER, NOTES_FILE];

export const isOurs = (name: string): boolean =>
  OUR_NAMES.includes(name) || components.some(({ file }) => file.name === name);

/** What lies in any folder of a disk and is nobody's. */
const NOBODYS = /^(\.|lost\+found$)/;

const ANOTHER_DIR = 'choose a new or an empty folder with --dir';

/** Refuses a folder that is somebody else's: Holdfast would fill it with its files. */
export function refuseForeign(directory: string, remedy = ANOTHER_DIR): void {
  const disk = realDisk(directory);
  const stat = disk.stat('');
  if (stat === null) return;
  if (!stat.directory) throw new Fault(EXIT.config, `${directory} is not a folder`, remedy);
  const names = disk.list('').filter(name => !NOBODYS.test(name));
  const [stranger] = names.filter(name => !isOurs(name));
  if (stranger === undefined || names.some(isOurs)) return;
  throw new Fault(
    EXIT.config,
    `${directory} is no Holdfast directory: it holds ${stranger}`,
    remedy,
  );
}
