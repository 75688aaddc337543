/**
 * The worker thread of a scrub: looks at every file at rest, and rests after each look.
 *
 * Promises: read-only; of a core it takes `share` at most, the moment in which it loads included.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { components } from '../components.ts';
import { openDisks } from '../state/open-disks.ts';
import { scrubRound } from '../state/scrub.ts';
import type { ScrubSaid, ScrubTask } from './scrubber.ts';

const { directory, journalMirror, share, begunAtMs } = workerData as ScrubTask;
const parent = must(parentPort, 'the parent of the scrub worker');
const say = (said: ScrubSaid): void => parent.postMessage(said);

const restAfter = async (workMs: number): Promise<void> => {
  if (share < 1) await rest(workMs * (1 / share - 1));
};

// To load all this was work, too.
const loadMs = performance.timeOrigin + performance.now() - begunAtMs;
const seen = { files: 0, bytes: 0, workMs: loadMs };
await restAfter(loadMs);
const looks = scrubRound(openDisks(directory, journalMirror ?? undefined), components);
for (;;) {
  const startedAt = performance.now();
  const look = looks.next();
  const workMs = performance.now() - startedAt;
  seen.workMs += workMs;
  if (look.done) break;
  const { files, bytes, suspect } = look.value;
  seen.files += files;
  seen.bytes += bytes;
  if (suspect !== null) say({ suspect });
  await restAfter(workMs);
}
say({ ...seen, workMs: Math.round(seen.workMs) });
