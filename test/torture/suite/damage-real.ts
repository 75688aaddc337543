/**
 * `damage-real`: a sample of damages to a directory of 10,000 candles, of the real parts.
 *
 * Promises: what is mended has the hash of the directory that was never touched.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { openBot } from '../../../src/index.ts';
import { stateHashes } from '../../../src/state/state-hash.ts';
import { openStore } from '../../../src/state/store.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { slowClock } from '../../state/small-bot.ts';
import { insist } from '../damage/attempt.ts';
import { cloneOf } from '../damage/directory.ts';
import { PARTS, plainCopy } from '../hostile/world.ts';
import type { PlainDisk } from '../plain-disk.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 400;
const CANDLES = 10_000;

export const damageReal: Suite = {
  name: 'damage-real',
  promise: 'the same at full size, with the real parts',
  quick: 12,
  prepare: async (seed): Promise<Campaign> => {
    const disk = await livedLong();
    const twin = started(disk.clone()).hash;
    return { cases: CASES, run: index => damaged(disk, twin, { seed, index }) };
  },
};

async function livedLong(): Promise<PlainDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-damage-'));
  try {
    const directory = join(folder, 'models');
    for (const until of [CANDLES - 500, CANDLES]) {
      const bot = await openBot({ directory, sync: 'shared' });
      await bot.run({ until });
      await bot.close();
    }
    return plainCopy(directory);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function damaged(
  lived: PlainDisk,
  twin: string,
  { seed, index }: { readonly seed: number; readonly index: number },
): string {
  const rng = caseRng(seed, index);
  const disk = lived.clone();
  const files = [...lived.contents()].filter(([path]) => !/^(notes|ballast)/.test(path));
  const [path, content] = must(files[index % files.length], 'file');
  const at = rng.nextInt(content.length);
  const bytes = Buffer.from(content);
  const kind = rng.nextInt(5);
  if (kind === 0) disk.lose(path);
  else if (kind === 1) disk.plant(path, bytes.subarray(0, at));
  else if (kind === 2) disk.plant(path, bytes.fill(0x55, at, Math.min(bytes.length, at + 4096)));
  else if (kind === 3) disk.plant(path, must(files[rng.nextInt(files.length)], 'file')[1]);
  else disk.plant(path, bytes.fill(bytes[at]! ^ (1 << rng.nextInt(8)), at, at + 1));
  const isSame = Buffer.compare(disk.contents().get(path) ?? Buffer.alloc(0), content) === 0;
  const seen = verifyDirectory(cloneOf({ a: disk, b: disk }), PARTS, 1);
  const { hash, lost } = started(disk);
  insist(hash === twin, `${path} (${kind} at ${at}): another state`);
  insist(lost.length === 0, `${path} (${kind} at ${at}): lost ${lost}`);
  insist(
    isSame || seen.findings.some(({ severity }) => severity !== 'ok'),
    `${path} (${kind} at ${at}): not seen`,
  );
  return isSame ? 'kept' : 'repaired';
}

function started(disk: PlainDisk): { hash: string; lost: readonly string[] } {
  const options = { directory: '/state', components: PARTS, now: slowClock() } as const;
  const store = openStore({ ...options, sync: 'shared', disks: { a: disk, b: disk } });
  store.close();
  return { hash: stateHashes(PARTS, store.states).all, lost: store.report.lost };
}
