/**
 * `upgrade`: directories of older releases, and the way back.
 *
 * Promises: an upgrade that is killed, or whose power is cut, at any disk operation is made by the
 * next start, without loss; the backup that it made first opens with the old release; the old release
 * refuses what the newer one wrote and touches nothing; every frozen directory loads.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { AnyComponent } from '../../../src/core/component.ts';
import { openBot } from '../../../src/index.ts';
import { openStore } from '../../../src/state/store.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { thaw } from '../../fixtures/frozen-directory.ts';
import { Killed, Machine, SimulatedDisk } from '../../simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps, slowClock } from '../../state/small-bot.ts';
import { insist } from '../damage/attempt.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';
import { RELEASES } from '../upgrade/release.ts';
import { traceOf } from '../upgrade/trace.ts';

const FROZEN = new URL('../../fixtures/', import.meta.url);
const frozen = readdirSync(FROZEN)
  .filter(name => /^directory-.*\.json\.zst$/.test(name))
  .sort();
/** Of each operation: the process dies, and then the power goes in so many ways. */
const POWER_CUTS = 4;

export const upgrade: Suite = {
  name: 'upgrade',
  promise: 'every released schema loads; an upgrade can be killed anywhere, and taken back',
  quick: 80,
  prepare: (seed): Campaign => {
    const old = oldDirectory();
    const probe = new Machine();
    openOn(both(old.kill(probe)), { components: RELEASES.now }).close();
    const kills = probe.operations * (1 + POWER_CUTS);
    const others = [...frozen.map(name => () => loads(name)), newerIsRefused];
    return {
      cases: others.length + kills,
      run: index => {
        const other = others[index];
        if (other !== undefined) return other();
        const at = index - others.length;
        return killed(old, 1 + Math.floor(at / (1 + POWER_CUTS)), {
          rng: at % (1 + POWER_CUTS) === 0 ? null : caseRng(seed, index),
        });
      },
    };
  },
};

const both = (disk: SimulatedDisk) => ({ a: disk, b: disk });

/** Two checkpoints, and steps in the journal that only the new release will fold. */
function oldDirectory(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn(both(disk));
  for (const steps of [9, 8]) {
    runSteps(store, steps);
    store.checkpoint('old');
  }
  runSteps(store, 5);
  store.close();
  return disk;
}

function killed(
  old: SimulatedDisk,
  killAt: number,
  { rng }: { rng: ReturnType<typeof caseRng> | null },
): string {
  const disk = old.kill(Object.assign(new Machine(), { killAt }));
  try {
    openOn(both(disk), { components: RELEASES.now });
    throw new Error(`nothing was killed at operation ${killAt}`);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  const left = rng === null ? disk.kill() : disk.crash(rng);
  const store = openOn(both(left), { components: RELEASES.now });
  store.close();
  insist(store.seq === 22, `at step ${store.seq}`);
  insist(hashOf(store.states, RELEASES.now) === expectedAt(22, RELEASES.now), 'another state');
  insist(store.report.lost.length === 0, `lost: ${store.report.lost}`);
  insist(!verifyDirectory(both(left), RELEASES.now, 1).damaged, 'damaged after the upgrade');
  goesBack(left);
  return rng === null ? 'upgraded after a kill' : 'upgraded after a power cut';
}

/**
 * The first whole backup is what the old release left, and it opens that, and not this. (A start after
 * a kill late in the upgrade makes another one, half of whose journal is the new release's.)
 */
function goesBack(left: SimulatedDisk): void {
  const backup = left
    .list('backups')
    .find(name => left.stat(`backups/${name}/manifest.json`) !== null);
  const restored = new SimulatedDisk();
  copy(left, `backups/${must(backup, 'a whole backup')}`, { to: restored, at: '' });
  const store = openOn(both(restored));
  insist(store.seq === 22 && hashOf(store.states) === expectedAt(22), 'the way back is another');
  const before = left.machine.operations;
  insist(
    isRefused(() => openOn(both(left), { acceptLoss: true })),
    'the old release opened it',
  );
  insist(left.machine.operations === before, 'refused, and yet it wrote');
}

function copy(
  from: SimulatedDisk,
  folder: string,
  { to, at }: { to: SimulatedDisk; at: string },
): void {
  for (const name of from.list(folder)) {
    const [path, target] = [`${folder}/${name}`, at === '' ? name : `${at}/${name}`];
    if (from.stat(path)?.directory === true) {
      to.makeFolder(target);
      copy(from, path, { to, at: target });
      continue;
    }
    const file = to.create(target);
    file.write(must(from.read(path), path));
    file.sync();
  }
}

async function loads(name: string): Promise<string> {
  return inFolder(async folder => {
    const directory = join(folder, 'models');
    thaw(new URL(name, FROZEN).pathname, directory);
    for (const until of [1, 200]) {
      const bot = await openBot({ directory, sync: 'shared' });
      try {
        const { first, lost, repairs } = bot.recovery;
        insist(
          !first && lost.length === 0 && repairs.length === 0,
          `${name}: ${[...lost, ...repairs]}`,
        );
        insist(bot.analytics.state.totals.trades > 0, `${name}: its trades are gone`);
        await bot.run({ until: bot.seq + until });
      } finally {
        await bot.close();
      }
    }
    return 'a frozen directory loads';
  });
}

/** On real files: not a byte, a name or a time of change is another. */
async function newerIsRefused(): Promise<string> {
  return inFolder(async folder => {
    const directory = join(folder, 'models');
    const newer = openStoreOn(directory, RELEASES.now);
    runSteps(newer, 10, undefined, RELEASES.now);
    newer.checkpoint('newer');
    newer.close();
    const before = traceOf(directory);
    for (const acceptLoss of [false, true])
      insist(
        isRefused(() => openStoreOn(directory, RELEASES.old, acceptLoss)),
        'opened',
      );
    insist(traceOf(directory) === before, 'refused, and yet something changed');
    return 'refused, untouched';
  });
}

/** With its lock and its real files. */
const openStoreOn = (directory: string, components: readonly AnyComponent[], acceptLoss = false) =>
  openStore({ directory, components, now: slowClock(), sync: 'each', acceptLoss });

function isRefused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof Fault && error.exitCode === 65 && /newer release/.test(error.message);
  }
}

async function inFolder(run: (folder: string) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
