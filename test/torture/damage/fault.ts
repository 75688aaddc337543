/**
 * The faults: what can happen to the files of a directory while nobody looks.
 *
 * Promises: the list of a directory is the same each time, and a fault is applied the same way each
 * time. Never: judges; that is judge.ts.
 */
import { must } from '../../../src/base/assert.ts';
import { caseRng } from '../suite.ts';
import {
  type Finished,
  type FinishedFile,
  type Place,
  type PlainDisks,
  placeText,
} from './directory.ts';

export interface Fault {
  /** For people, in a failure: `cut at 12 of a:manifest.json`. */
  readonly what: string;
  apply(disks: PlainDisks): void;
}

/** A kind of fault of a directory, of which there are `count`. */
export interface FaultGroup {
  readonly kind: string;
  readonly count: number;
  at(index: number): Fault;
}

/** Every single fault of a directory. */
export function faultsOf(finished: Finished): FaultGroup[] {
  return [...finished.files.flatMap(file => fileFaults(finished, file)), ...wideFaults(finished)];
}

/** Those of one file by itself. */
export function fileFaults(finished: Finished, file: FinishedFile): FaultGroup[] {
  const blocks = [512, 4096].map(size => zeroed(file, size));
  return [...byteFaults(file), cuts(file), ...blocks, appended(finished, file)];
}

/** Those of names, and of whole files and folders. */
export function wideFaults(finished: Finished): FaultGroup[] {
  return [inTheWay, removed, duplicated, swapped, stale, fromStrangers, risen, lostFolders].map(
    kind => kind(finished),
  );
}

const CHANGES = [
  { verb: 'flip a bit of', change: (byte: number, at: number) => byte ^ (1 << ((at * 5) % 8)) },
  {
    verb: 'flip another bit of',
    change: (byte: number, at: number) => byte ^ (1 << ((at * 5 + 3) % 8)),
  },
  { verb: 'zero', change: () => 0 },
  { verb: 'fill', change: () => 0xff },
] as const;

function byteFaults(file: FinishedFile): FaultGroup[] {
  return CHANGES.map(({ verb, change }) => ({
    kind: `byte: ${verb}`,
    count: file.bytes.length,
    at: index =>
      edit(file, `${verb} byte ${index}`, bytes => {
        bytes[index] = change(bytes[index]!, index);
        return bytes;
      }),
  }));
}

const cuts = (file: FinishedFile): FaultGroup => ({
  kind: 'cut',
  count: file.bytes.length,
  at: length => edit(file, `cut to ${length} bytes`, bytes => bytes.subarray(0, length)),
});

const zeroed = (file: FinishedFile, size: number): FaultGroup => ({
  kind: `zeroed ${size}`,
  count: Math.ceil(file.bytes.length / size),
  at: block =>
    edit(file, `zero block ${block} of ${size}`, bytes =>
      bytes.fill(0, block * size, Math.min(bytes.length, (block + 1) * size)),
    ),
});

/** Noise, and what could be taken for more of the same. */
function appended(finished: Finished, file: FinishedFile): FaultGroup {
  const noise = (length: number, seed: number): Uint8Array => {
    const rng = caseRng(seed, length);
    return Uint8Array.from({ length }, () => rng.nextInt(256));
  };
  const ends = [1, 2, 7, 64, 512, 4096].flatMap(length =>
    [0, 1, 2].map(seed => noise(length, seed)),
  );
  const texts = ['\n', '}', ' ', '\0', '{"len":"', '\n{"len":"00000080","crc":"'];
  const lastLine = file.bytes.subarray(1 + file.bytes.lastIndexOf(10, file.bytes.length - 2));
  const others = finished.files.filter(({ path }) => path !== file.path).map(({ bytes }) => bytes);
  const all = [...ends, ...texts.map(text => Buffer.from(text)), lastLine, file.bytes, ...others];
  return {
    kind: 'appended',
    count: all.length,
    at: index => {
      const end = must(all[index], 'an end');
      return edit(file, `append end ${index}`, bytes => Buffer.concat([bytes, end]));
    },
  };
}

const inTheWay = ({ files }: Finished): FaultGroup => ({
  kind: 'folder in the place of a file',
  count: files.length,
  at: index => {
    const place = must(files[index], 'file');
    return {
      what: `a folder in the place of ${placeText(place)}`,
      apply: disks => {
        disks[place.disk].lose(place.path);
        disks[place.disk].makeFolder(place.path);
      },
    };
  },
});

const removed = ({ files }: Finished): FaultGroup => ({
  kind: 'removed',
  count: files.length,
  at: index => {
    const place = must(files[index], 'file');
    return {
      what: `remove ${placeText(place)}`,
      apply: disks => disks[place.disk].lose(place.path),
    };
  },
});

const duplicated = ({ files }: Finished): FaultGroup => ({
  kind: 'another file under its name',
  count: files.length * files.length,
  at: index => {
    const [from, to] = pairAt(files, index);
    return replace(to, from.bytes, `${placeText(from)} in the place of ${placeText(to)}`);
  },
});

const swapped = ({ files }: Finished): FaultGroup => ({
  kind: 'swapped',
  count: files.length * files.length,
  at: index => {
    const [one, other] = pairAt(files, index);
    return {
      what: `swap ${placeText(one)} and ${placeText(other)}`,
      apply: disks => {
        disks[one.disk].plant(one.path, other.bytes);
        disks[other.disk].plant(other.path, one.bytes);
      },
    };
  },
});

/** Each file as it was at each earlier checkpoint, under the same name. */
function stale({ files, earlier }: Finished): FaultGroup {
  const all = earlier.flatMap((disks, age) =>
    files.flatMap(file => {
      const bytes = disks[file.disk].contents().get(file.path);
      return bytes === undefined
        ? []
        : [replace(file, bytes, `${placeText(file)} of ${age + 1} checkpoints before`)];
    }),
  );
  return { kind: 'stale', count: all.length, at: index => must(all[index], 'stale') };
}

function fromStrangers({ files, strangers }: Finished): FaultGroup {
  const all = strangers.flatMap((disks, bot) =>
    files.flatMap(file => {
      const bytes = disks[file.disk].contents().get(file.path);
      return bytes === undefined
        ? []
        : [replace(file, bytes, `${placeText(file)} of another bot (${bot})`)];
    }),
  );
  return { kind: 'from another bot', count: all.length, at: index => must(all[index], 'foreign') };
}

/** Files that were dropped long ago stand there again. */
function risen({ disks: now, earlier }: Finished): FaultGroup {
  const all = earlier.flatMap((disks, age) =>
    (['a', 'b'] as const).flatMap(disk =>
      disk === 'b' && disks.a === disks.b
        ? []
        : [...disks[disk].contents()]
            .filter(([path]) => !now[disk].contents().has(path))
            .map(([path, bytes]) =>
              replace({ disk, path }, bytes, `${disk}:${path} again, of ${age + 1} before`),
            ),
    ),
  );
  return { kind: 'dropped files again', count: all.length, at: index => must(all[index], 'risen') };
}

function lostFolders({ disks }: Finished): FaultGroup {
  const on = disks.a === disks.b ? (['a'] as const) : (['a', 'b'] as const);
  const all = on.flatMap(disk =>
    ['journal', 'previous', 'blobs'].flatMap(path =>
      disks[disk].folders().includes(path)
        ? [{ what: `lose ${disk}:${path}/`, apply: (there: PlainDisks) => there[disk].lose(path) }]
        : [],
    ),
  );
  return { kind: 'folder lost', count: all.length, at: index => must(all[index], 'folder') };
}

function pairAt(files: readonly FinishedFile[], index: number): [FinishedFile, FinishedFile] {
  const one = must(files[Math.floor(index / files.length)], 'file');
  return [one, must(files[index % files.length], 'file')];
}

function edit(file: FinishedFile, what: string, change: (bytes: Buffer) => Uint8Array): Fault {
  return {
    what: `${what} of ${placeText(file)}`,
    apply: disks => disks[file.disk].plant(file.path, change(Buffer.from(file.bytes))),
  };
}

const replace = ({ disk, path }: Place, bytes: Uint8Array, what: string): Fault => ({
  what,
  apply: disks => disks[disk].plant(path, bytes),
});
