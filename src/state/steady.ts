/**
 * A steady look at a directory that a running bot may change meanwhile.
 *
 * Promises: what is read while names or the manifest changed, and what looks wrong, is read again,
 * a few times.
 * Never: writes, waits, takes the lock.
 */
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';
import { MANIFEST_FILES } from './manifest.ts';
import { sha256 } from './state-hash.ts';
import { previousFolders } from './survey.ts';

const ATTEMPTS_MAX = 6;
/** A fault that is still there at this attempt, with nothing changed around it, is real. */
const ATTEMPTS_UNCHANGED = 3;

export function steadily<T>(disks: Disks, look: () => T): T {
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = shapeOf(disks);
    try {
      const seen = look();
      if (shapeOf(disks) === before) return seen;
    } catch (error) {
      // The two copies of the journal are read one after the other while they grow.
      if (shapeOf(disks) === before && attempt >= ATTEMPTS_UNCHANGED) throw error;
    }
  }
  return look();
}

/** Names and manifests; the journal's growing end is no change. */
export function shapeOf({ a, b }: Disks): string {
  const names = [
    ...a.list('').filter(name => !name.startsWith('notes')),
    ...a.list(JOURNAL_FOLDER),
    ...b.list(JOURNAL_FOLDER),
    ...previousFolders(a).flatMap(({ folder }) => [folder, ...a.list(folder)]),
  ];
  const manifests = MANIFEST_FILES.map(file => sha256(a.read(file) ?? ''));
  return [...names, ...manifests].join('\n');
}
