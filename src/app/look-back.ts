/**
 * Looking back: at a directory itself or, where it no longer has what is asked for, into its backups.
 *
 * Promises: read-only; the same look at both; what neither has is refused with how far each goes.
 * Never: hides that a backup is damaged or out of reach.
 */
import { UncoveredFault } from '../backup/moment.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { UnkeptFault } from '../state/inspect.ts';
import { ownId, type Place } from './directory.ts';
import type { Point } from './point.ts';
import { lookIntoBackup, type RestoreTask } from './restore.ts';

/** Where backups are: a folder or `s3://bucket/prefix`, and what it takes to read them. */
export type Backups = Pick<RestoreTask, 'from' | 'env' | 'warn'>;

export interface Sight<T> {
  /** What is looked for; undefined: the newest. */
  readonly at: Point | undefined;
  /** The look takes the line of the step itself, and what was before it. */
  readonly isBefore?: boolean;
  readonly look: (place: Place) => T;
}

/** `backups`: null where there are none. */
export async function lookBack<T>(
  place: Place,
  backups: Backups | null,
  sight: Sight<T>,
): Promise<T> {
  try {
    return sight.look(place);
  } catch (error) {
    if (!(error instanceof UnkeptFault) || backups === null) throw error;
    return await lookOnlyBack(place, backups, sight).catch((fault: unknown) => {
      throw refusalOfBoth(error, fault);
    });
  }
}

/** Into the backups, whatever the directory has; it need not be there any more. */
export function lookOnlyBack<T>(
  place: Place,
  backups: Backups,
  { at, isBefore = false, look }: Sight<T>,
): Promise<T> {
  const task: RestoreTask = {
    ...backups,
    directoryId: ownId(place),
    moment: at ?? { kind: 'latest' },
    ...{ epoch: null, isBefore, directory: place.directory },
    now: Date.now,
    progress: () => undefined,
  };
  return lookIntoBackup(task, look);
}

/** A place that is damaged or out of reach might have had it: that is no wrong option. */
function refusalOfBoth(own: UnkeptFault, fault: unknown): unknown {
  if (!(fault instanceof Fault)) return fault;
  const isUncovered = fault instanceof UncoveredFault || fault instanceof UnkeptFault;
  const { message, remedy } = fault;
  return new Fault(
    isUncovered ? EXIT.usage : fault.exitCode,
    `${own.message}, and ${message}`,
    `${remedy}; in the directory itself ${own.remedy}`,
  );
}
