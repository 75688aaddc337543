/**
 * A running bot of small components, and files of it that rot.
 */
import { must } from '../../src/base/assert.ts';
import type { Disks } from '../../src/state/journal.ts';
import type { Mending } from '../../src/state/mend.ts';
import { scrubRound } from '../../src/state/scrub.ts';
import type { Store } from '../../src/state/store.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Machine, SimulatedDisk } from '../simulated-disk.ts';
import { COMPONENTS, openOn, runSteps } from './small-bot.ts';

/** `brain` is as old as the older checkpoint, so it has a twin; its weights are a blob. */
export function running(disks: Disks): Store {
  const store = openOn(disks);
  for (const steps of [14, 7, 3]) {
    runSteps(store, steps);
    store.checkpoint('test');
  }
  runSteps(store, 2);
  // A second sealed segment, not packed yet.
  store.beginCheckpoint();
  store.abandonCheckpoint();
  runSteps(store, 2);
  return store;
}

export const alone = (): Disks => {
  const disk = new SimulatedDisk();
  return { a: disk, b: disk };
};

export const mirrored = (): Disks => {
  const machine = new Machine();
  const at = (root: string) => new SimulatedDisk(machine, root);
  return { a: at('/simulated'), b: at('/mirror') };
};

export const simulated = (disk: Disks['a']): SimulatedDisk => disk as SimulatedDisk;

/** A whole round; what was told of it. */
export const scrub = (store: Store, disks: Disks): Mending[] =>
  [...scrubRound(disks, COMPONENTS)].flatMap(({ suspect }) =>
    suspect === null ? [] : store.mend(suspect),
  );

export const damageIn = (disks: Disks) =>
  verifyDirectory(disks, COMPONENTS).findings.filter(({ severity }) => severity === 'damage');

/** Hard links share their content: a damaged name must not damage the other. */
export function change(
  disk: SimulatedDisk,
  path: string,
  edit: (data: Buffer) => Uint8Array,
): void {
  const data = edit(Buffer.from(disk.read(path) ?? []));
  disk.remove(path);
  const file = disk.create(path);
  file.write(data);
  file.sync();
}

export const flip = (bytes: Buffer): Buffer => {
  const at = bytes.length >> 1;
  bytes[at] = bytes[at]! ^ 4;
  return bytes;
};

/** Everything at rest; the newest segment is being written. */
export function filesAtRest({ a, b }: Disks): { disk: SimulatedDisk; path: string }[] {
  return [...new Set([a, b])].flatMap(each => {
    const disk = simulated(each);
    const below = (folder: string): string[] => disk.list(folder).map(name => `${folder}/${name}`);
    const journal = below('journal').filter(path => !path.includes('000027'));
    const previous = below('previous').flatMap(below);
    const top = disk.files('').filter(name => !/^(notes|lock|ballast)/.test(name));
    return [...journal, ...previous, ...below('blobs'), ...top].map(path => ({ disk, path }));
  });
}

/** Each file at rest in a directory of its own. */
export function* eachFile(make: () => Disks) {
  for (let index = 0, count = 1; index < count; index += 1) {
    const disks = make();
    const store = running(disks);
    const files = filesAtRest(disks);
    count = files.length;
    yield { disks, store, ...must(files[index], 'a file') };
  }
}
