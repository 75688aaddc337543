/**
 * A steady look at a directory that a running bot may change meanwhile.
 *
 * Promises: what is read while names or the manifest changed is read again, a few times.
 * Never: writes, waits, takes the lock.
 */
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';
import { MANIFEST_FILES } from './manifest.ts';
import { sha256 } from './state-hash.ts';
import { previousFolders } from './survey.ts';

const ATTEMPTS_MAX = 6;

export function steadily<T>(disks: Disks, look: () => T): T {
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = shapeOf(disks);
    try {
      const seen = look();
      if (shapeOf(disks) === before) return seen;
    } catch (error) {
      if (shapeOf(disks) === before) throw error;
    }
  }
  return look();
}

/** Names and manifests; the journal's growing end is no change. */
function shapeOf({ a, b }: Disks): string {
  const names = [
    ...a.list('').filter(name => !name.startsWith('notes')),
    ...a.list(JOURNAL_FOLDER),
    ...b.list(JOURNAL_FOLDER),
    ...previousFolders(a).flatMap(({ folder }) => [folder, ...a.list(folder)]),
  ];
  const manifests = MANIFEST_FILES.map(file => sha256(a.read(file) ?? ''));
  return [...names, ...manifests].join('\n');
}
