/**
 * The slow part of a checkpoint, for a worker: the files of a step, made from what is on the disk.
 *
 * Promises: recovers read-only up to the step; writes under temporary names and second names alone,
 * so that nothing it leaves is believed before the main thread says so. Never: touches the manifest.
 */
import { assert } from '../base/assert.ts';
import type { AnyComponent } from '../core/component.ts';
import type { Disks } from './journal.ts';
import { openDisks } from './open-disks.ts';
import { recover } from './recover.ts';
import { compressJournal } from './retention.ts';
import { keepFormers, mirrorFormers, type Prepared, prepareSnapshot } from './snapshot.ts';
import type { CheckpointTask } from './store-port.ts';

export function prepareCheckpoint(
  task: CheckpointTask,
  components: readonly AnyComponent[],
  disks: Disks = openDisks(task.directory, task.journalMirror ?? undefined),
): Prepared {
  const { seq, changed, former } = task;
  const mine = components.filter(component => changed.includes(component.id));
  const recovered = recover({ disks, components: mine, through: seq });
  assert(recovered.seq === seq, `the journal ends at ${recovered.seq}, not at ${seq}`);
  const { states, encodings } = recovered;
  const prepared = prepareSnapshot({
    ...{ disk: disks.a, components: mine, states, seq, encodings },
    changed: new Set(changed),
  });
  keepFormers(disks.a, former);
  if (disks.b !== disks.a) mirrorFormers(disks, former);
  compressJournal(disks, seq);
  return { ...prepared, formerKept: true };
}
