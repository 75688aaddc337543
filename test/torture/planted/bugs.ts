/**
 * THE LIST of planted bugs: what the rules of durability forbid, and which suite must see it.
 *
 * Promises: each edit fits its file exactly once, so that a change of the source that moves the
 * place fails the suite instead of leaving a bug unplanted. Never: a bug that the types forbid is
 * meant as one: the edits are loaded with their types stripped.
 */
import { assert, must } from '../../../src/base/assert.ts';

export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Must see it. */
  readonly suite: string;
  /** Only in these lives (`HOLDFAST_LIVES`): those that show it; a suite without lives has none. */
  readonly lives?: string;
  /** The oracle's words: what a case that fails of it says; else those of what is lost or damaged. */
  readonly says?: RegExp;
}

const GONE = /acknowledged steps are gone|is not the twin's|\d+ ≤ \d+ ≤ \d+/;
const DROPPED = /what was damaged is in quarantine as it was/;
const UNREFUSED = /is refused|nothing was touched/;
const SHARED = /AssertionError/;
/** Where a bug may show in more than one way. */
export const ORACLE = new RegExp(
  [
    GONE.source,
    'nothing is lost|nothing was damaged|the verification sees no damage|sees the same step',
    'is called damaged beyond repair|a failure is passed on',
  ].join('|'),
);

const SYNCED = `    file.write(bytes);
    file.sync();`;

export const bugs: readonly PlantedBug[] = [
  bug(
    'temporary files are never synced',
    { suite: 'power', lives: '^checkpoints' },
    'src/state/whole-file.ts',
    [SYNCED, '    file.write(bytes);'],
  ),
  bug(
    'a new segment without a sync of its folder',
    { suite: 'power', lives: '^checkpoints|^the first start' },
    'src/state/journal-write.ts',
    ['disk.syncFolder(JOURNAL_FOLDER);', ''],
  ),
  bug(
    'a step is acknowledged before its sync',
    { suite: 'power', lives: '^steps, each synced' },
    'src/state/journal-write.ts',
    [
      `        file.write(bytes);
        file.sync();`,
      '        file.write(bytes);',
    ],
  ),
  bug(
    'the mirror is written and never synced',
    { suite: 'sequence' },
    'src/state/journal-write.ts',
    [
      `        file.write(bytes);
        file.sync();`,
      `        file.write(bytes);
        if (file === this.#copies[0].file) file.sync();`,
    ],
  ),
  bug(
    'the journal is pruned up to the newest generation',
    { suite: 'kill', lives: '^a start that meets damaged state' },
    'src/state/retention.ts',
    ['pruneJournal(disks, floor + 1,', 'pruneJournal(disks, manifest.generations[0].seq + 1,'],
  ),
  bug(
    'one generation is kept',
    { suite: 'kill', lives: '^a start that meets damaged manifests' },
    'src/base/limits.ts',
    ['GENERATIONS_KEPT_MIN = 2', 'GENERATIONS_KEPT_MIN = 1'],
  ),
  {
    name: 'lines are believed without checksum and hash',
    suite: 'kill',
    lives: '^a start that meets a damaged journal',
    edits: [
      {
        file: 'src/state/frame.ts',
        find: 'if (crc32(body) !== hexAt(bytes, offset + CRC_AT)) return',
        replace: 'if (false) return',
      },
      {
        file: 'src/state/journal-merge.ts',
        find: 'if (lineHash(this.lastHash, line.text) !== line.hash) continue;',
        replace: '',
      },
    ],
  },
  bug('a sync that failed is tried again', { suite: 'sequence' }, 'src/state/journal-write.ts', [
    `        file.write(bytes);
        file.sync();`,
    `        file.write(bytes);
        try { file.sync(); } catch { file.sync(); }`,
  ]),
  bug(
    '[R1] recovery syncs nothing of what it has read',
    { suite: 'sequence' },
    'src/state/sync.ts',
    ['const { a, b } = disks;', 'const { a, b } = disks; return;'],
  ),
  bug(
    '[R2] a start makes no fresh snapshot',
    { suite: 'kill', lives: '^starts that do nothing|^checkpoints' },
    'src/state/opening.ts',
    ['const now = commitSnapshot(disks.a, prepared, { manifest, live });', 'const now = live;'],
  ),
  bug(
    '[R2] a start goes on from a tail that it has not written anew',
    { suite: 'sequence' },
    'src/state/tail.ts',
    ['writeWholeFile(disk, path, must(disk.read(path), path));', ';'],
  ),
  bug(
    'a hole in the journal is skipped',
    { suite: 'refuse', says: UNREFUSED },
    'src/state/journal-read.ts',
    ['if (next.head.first > last + 1) {', 'if (next.head.first > last + 1) { return;'],
  ),
  bug(
    'a torn end is left as it is',
    { suite: 'kill', lives: '^a start after a kill in a (step|batch)|^steps with a shared' },
    'src/state/journal-repair.ts',
    [
      'if (segment.flaws.length === 0) return;',
      "if (segment.flaws.every(({ state }) => state === 'torn')) return;",
    ],
  ),
  bug(
    'the second copy is never read',
    { suite: 'kill', lives: '^checkpoints|^a start that meets a damaged journal' },
    'src/state/journal-file.ts',
    [
      "const found = [...findCopy(a, 'a', false), ...findCopy(b, 'b', false)];",
      "const found = [...findCopy(a, 'a', false)];",
    ],
  ),
  bug(
    'files get their names before the manifest tells of them',
    { suite: 'kill', lives: '^checkpoints|^a whole life' },
    'src/state/snapshot.ts',
    [
      `  writeManifest(disk, manifest);
  for (const [, record] of fresh) disk.rename(record.file + TEMPORARY, record.file);`,
      `  for (const [, record] of fresh) disk.rename(record.file + TEMPORARY, record.file);
  writeManifest(disk, manifest);`,
    ],
  ),
  bug(
    'the manifest is in place before its files are synced',
    { suite: 'power', lives: '^checkpoints' },
    'src/state/snapshot.ts',
    [
      `    const sum = writeTemporary(disk, file.name, bytes);`,
      `    disk.remove(file.name + TEMPORARY);
    const { write, close } = disk.create(file.name + TEMPORARY); write(bytes); close();
    const sum = sha256(bytes);`,
    ],
  ),
  bug(
    'a line names a blob that is not synced',
    { suite: 'power', lives: '^blobs' },
    'src/state/blobs.ts',
    [
      `    } else {
      writeWholeFile(disk, path, bytes);`,
      `    } else {
      const { write, close } = disk.create(path); write(bytes); close();`,
    ],
  ),
  bug(
    'former files get no second name',
    { suite: 'kill', lives: '^checkpoints$' },
    'src/state/snapshot.ts',
    ['if (!prepared.formerKept) keepFormers(disk, former);', ''],
  ),
  bug(
    'damaged files are overwritten',
    { suite: 'kill', lives: '^repair of state files', says: DROPPED },
    'src/state/opening.ts',
    ['setDamagedAside(disks.a, found);', ''],
  ),
  bug(
    'a segment is removed before its packed form is durable',
    { suite: 'power', lives: '^checkpoints|^cleaning' },
    'src/state/journal-keep.ts',
    [
      'writeWholeFile(disk, path + PACKED, packed);',
      'const { write, close } = disk.create(path + PACKED); write(packed); close();',
    ],
  ),
  bug(
    'a step is folded twice',
    { suite: 'kill', lives: '^a start that meets damaged state', says: GONE },
    'src/state/replay.ts',
    ['startOf(component) < step.seq', 'startOf(component) <= step.seq'],
  ),
  bug(
    'a rollback begins no epoch',
    { suite: 'kill', lives: '^a rollback$', says: /epoch 2 is forgotten/ },
    'src/state/store.ts',
    ['this.#manifest = { ...this.#manifest, epoch: fact.epoch };', '{}'],
  ),
  {
    name: 'the scrub mends from the rotten copy',
    suite: 'kill',
    lives: '^a scrub that mends',
    says: /nothing was damaged|sees no damage/,
    edits: [
      {
        file: 'src/state/scrub.ts',
        find: 'if (bytes !== null && sha256(bytes) === record.sha256) return bytes;',
        replace: 'if (bytes !== null) return bytes;',
      },
      {
        file: 'src/state/mend.ts',
        find: 'if (bytes !== null && sha256(bytes) === record.sha256) return bytes;',
        replace: 'if (bytes !== null) return bytes;',
      },
    ],
  },
  bug('blobs are collected early', { suite: 'kill', lives: '^blobs$' }, 'src/state/retention.ts', [
    'new Set([...named, ...options.blobs])',
    'new Set(named.slice(0, 1))',
  ]),
  bug('nobody asks for the lock', { suite: 'two-bots', says: SHARED }, 'src/state/lock.ts', [
    'PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE',
    'PRAGMA journal_mode=MEMORY',
  ]),
];

function bug(
  name: string,
  seen: Pick<PlantedBug, 'suite' | 'lives' | 'says'>,
  file: string,
  [find, replace]: readonly [find: string, replace: string],
): PlantedBug {
  return { name, ...seen, edits: [{ file, find, replace }] };
}

export const bugNamed = (name: string): PlantedBug =>
  must(
    bugs.find(one => one.name === name),
    `a planted bug "${name}"`,
  );

/** The source with the edits in it. */
export function planted(source: string, edits: readonly Edit[]): string {
  let text = source;
  for (const { file, find, replace } of edits) {
    const parts = text.split(find);
    assert(parts.length === 2, `${file} holds this ${parts.length - 1} times, not once: ${find}`);
    text = parts.join(replace);
  }
  return text;
}
