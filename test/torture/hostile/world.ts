/**
 * A directory of the real components, in memory, for a hostile hand to rewrite.
 *
 * Promises: the bot traded and learned in it; whatever is changed can be sealed again as the product
 * itself would, so that nothing but the checks of content stand in the way.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { components } from '../../../src/components.ts';
import type { AnyComponent } from '../../../src/core/component.ts';
import { openBot } from '../../../src/index.ts';
import { encodeHead, encodeLine, type SegmentHead } from '../../../src/state/frame.ts';
import { type Manifest, sealManifest } from '../../../src/state/manifest.ts';
import { sha256 } from '../../../src/state/state-hash.ts';
import { PlainDisk } from '../plain-disk.ts';

export const PARTS: readonly AnyComponent[] = components;
const CANDLES = 240;

export async function livedDirectory(): Promise<PlainDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hostile-'));
  try {
    const directory = join(folder, 'models');
    for (const until of [CANDLES, CANDLES + 12]) {
      const bot = await openBot({ directory, sync: until === CANDLES ? 'shared' : 'each' });
      await bot.run({ until });
      if (until === CANDLES) await bot.close();
      // The other one is killed, so that its journal is all there is of the last steps.
      else return plainCopy(directory);
    }
    throw new Error('unreachable');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function plainCopy(directory: string): PlainDisk {
  const disk = new PlainDisk('/state');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, name);
    if (!/^(lock|logs|control)/.test(name) && statSync(path).isFile())
      disk.plant(name, readFileSync(path));
  }
  return disk;
}

export const contentOf = (disk: PlainDisk, path: string): Buffer =>
  Buffer.from(must(disk.contents().get(path), path));

export const manifestOf = (disk: PlainDisk): Manifest =>
  JSON.parse(contentOf(disk, 'manifest.json').toString()) as Manifest;

/** Both copies, with its own hash made right. */
export function plantManifest(disk: PlainDisk, manifest: object): void {
  const { sha256: _, ...body } = manifest as Record<string, unknown>;
  const bytes = Buffer.from(`${JSON.stringify(sealed(body), null, 1)}\n`);
  for (const name of ['manifest.json', 'manifest.mirror.json']) disk.plant(name, bytes);
}

function sealed(body: Record<string, unknown>): object {
  try {
    return sealManifest(body as unknown as Manifest);
  } catch {
    // What has no canonical text cannot be sealed by anybody.
    return { sha256: 'f'.repeat(64), ...body };
  }
}

/** A part's file under its stable name, vouched for by the manifest. */
export function plantPart(disk: PlainDisk, id: string, bytes: Uint8Array): void {
  const { serial, ...manifest } = manifestOf(disk);
  const generations = manifest.generations.map(generation => {
    const record = must(generation.components[id], id);
    const own = { ...record, sha256: sha256(bytes), bytes: bytes.length, state: '' };
    return { ...generation, components: { ...generation.components, [id]: own } };
  });
  const { file } = must(
    PARTS.find(part => part.id === id),
    id,
  );
  for (const path of disk.contents().keys()) if (path.endsWith(file.name)) disk.plant(path, bytes);
  plantManifest(disk, { ...manifest, serial: serial + 1, generations });
}

interface Segment {
  readonly path: string;
  readonly head: SegmentHead;
  readonly steps: { seq: number; facts: unknown[] }[];
}

export function newestSegment(disk: PlainDisk): Segment {
  const path = must(
    [...disk.contents().keys()]
      .filter(name => name.endsWith('.a.jsonl'))
      .sort()
      .at(-1),
    'segment',
  );
  const [head, ...steps] = contentOf(disk, path)
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  return { path, head: must(head, 'head')['head'] as SegmentHead, steps: steps as never };
}

/** The lines with lengths, checksums and hashes made right, in both copies. */
export function plantSegment(
  disk: PlainDisk,
  { path, head, steps }: Segment,
  texts: (fact: unknown) => string,
): void {
  const lines = [encodeHead(head).bytes];
  let chain = head.continues;
  for (const { seq, facts } of steps) {
    const line = encodeLine(seq, facts.map(texts), chain);
    chain = line.hash;
    lines.push(line.bytes);
  }
  const bytes = Buffer.concat(lines);
  for (const copy of ['a', 'b']) disk.plant(path.replace('.a.', `.${copy}.`), bytes);
}
