/**
 * The disks of a state directory: the directory itself and, where the config names one, the place
 * of the journal's mirror.
 *
 * Never: opens anything, makes the folder of a mirror.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';
import { MANIFEST_FILES, newestOf, readManifests } from './manifest.ts';
import { refuseNetworkDisk } from './network-disk.ts';

export function openDisks(directory: string, journalMirror?: string): Disks {
  const a = realDisk(directory);
  return { a, b: journalMirror === undefined ? a : realDisk(journalMirror), at: realDisk };
}

/** Where the directory itself remembers to have its journal's second copy; null: in itself. */
export const rememberedMirror = (directory: string): string | null =>
  newestOf(readManifests(realDisk(directory)))?.mirror ?? null;

/** What can be told of the folders before anything is locked; whose they are comes later. */
export function refuseWrongPlace(place: {
  readonly directory: string;
  readonly journalMirror?: string;
  readonly allowNetwork?: boolean;
}): void {
  const { directory, journalMirror, allowNetwork } = place;
  for (const folder of [directory, journalMirror])
    if (folder !== undefined && allowNetwork !== true) refuseNetworkDisk(folder);
  if (journalMirror !== undefined) refuseWrongMirror(directory, journalMirror);
}

function refuseWrongMirror(directory: string, folder: string): void {
  const [own, disk] = [realDisk(directory).root, realDisk(folder)];
  const mirror = disk.root;
  if (mirror === own || mirror.startsWith(`${own}/`))
    throw refusal(`the journal's second copy would lie in the state directory: ${mirror}`);
  const stat = disk.stat('');
  // Made by us it would stand on the wrong disk whenever the right one is not mounted.
  if (stat === null)
    throw refusal(
      `the folder of the journal's second copy is not there: ${mirror}`,
      'mount its disk, or make the folder if the second copy is to begin there',
    );
  if (!stat.directory)
    throw refusal(`the folder of the journal's second copy is no folder: ${mirror}`);
  const isState =
    MANIFEST_FILES.some(file => disk.stat(file) !== null) ||
    disk.list(JOURNAL_FOLDER).some(name => name.includes('.a.jsonl'));
  if (isState)
    throw refusal(`the folder of the journal's second copy is a state directory: ${mirror}`);
}

const ELSEWHERE = 'set journal_mirror to a folder of its own, best on another disk, or to null';

const refusal = (what: string, remedy = ELSEWHERE): Fault => new Fault(EXIT.config, what, remedy);
