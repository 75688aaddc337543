/**
 * `hostile`: a directory from an attacker, who has made every hash and checksum right.
 *
 * Promises: each attack ends in a start, or in a refusal with exit 65 that names a file; what is
 * started with passes its own checks and can be saved.
 */
import { impurity } from '../../../src/base/canonical.ts';
import { Fault } from '../../../src/base/fault.ts';
import { inspectStates } from '../../../src/state/inspect.ts';
import { openStore } from '../../../src/state/store.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { slowClock } from '../../state/small-bot.ts';
import { insist } from '../damage/attempt.ts';
import { cloneOf } from '../damage/directory.ts';
import { ATTACKS } from '../hostile/attack.ts';
import { livedDirectory, PARTS } from '../hostile/world.ts';
import type { PlainDisk } from '../plain-disk.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 6_000;

export const hostile: Suite = {
  name: 'hostile',
  promise:
    'content from an attacker is believed only in its shape; nothing crashes, nothing is run',
  quick: 80,
  prepare: async (seed): Promise<Campaign> => {
    const lived = await livedDirectory();
    return { cases: CASES, run: index => attacked(lived, seed, index) };
  },
};

function attacked(lived: PlainDisk, seed: number, index: number): string {
  const rng = caseRng(seed, index);
  const disk = lived.clone();
  const what = ATTACKS[index % ATTACKS.length]!(disk, rng);
  try {
    const disks = { a: disk, b: disk };
    ended(() => verifyDirectory(cloneOf(disks), PARTS, 1));
    ended(() => inspectStates(cloneOf(disks), PARTS));
    const refusal = ended(() => started(disks));
    insist(!('polluted' in {}), 'a prototype was changed');
    if (refusal === null) return 'started';
    const accepted = ended(() => started({ a: disk, b: disk }, true));
    return accepted === null ? 'refused, then accepted' : 'refused';
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

/** Null, or the refusal; anything else is thrown on. */
function ended(run: () => unknown): Fault | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    insist(
      error.exitCode === 65 || error.exitCode === 64,
      `exit ${error.exitCode}: ${error.message}`,
    );
    insist(error.message.length < 5000, 'a message of many pages');
    return error;
  }
}

function started(disks: { a: PlainDisk; b: PlainDisk }, acceptLoss = false): void {
  const options = {
    directory: '/state',
    components: PARTS,
    now: slowClock(),
    sync: 'shared',
  } as const;
  const store = openStore({ ...options, disks, acceptLoss });
  try {
    for (const { id, check } of PARTS) {
      const rule = check?.(store.states[id]) ?? impurity(store.states[id]);
      insist(rule === null, `${id} started with a broken rule: ${rule}`);
    }
    store.checkpoint('test');
  } finally {
    store.close();
  }
}
