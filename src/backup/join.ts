/**
 * Joining: many small shipments become few large ones.
 *
 * Promises: the large one was read back before the first of the small ones goes; only lines of one
 * epoch that continue each other by their hashes. Cut in between, the next one removes what a larger
 * one holds. Never: joins across a gap or between two histories, never fails for a damaged one.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { SHIPPED_BYTES_MAX, SHIPPED_PACKED_BYTES } from '../base/limits.ts';
import { lineHash } from '../state/frame.ts';
import { readChunk, type ShippedLine } from './chunk.ts';
import { type Chunk, chunkOf, chunkPath, hashMark, SHIPPED_FOLDER } from './layout.ts';
import { pack } from './pack.ts';
import type { BackupPlace } from './place.ts';

interface Joining {
  readonly place: BackupPlace;
  readonly directoryId: string;
}

interface Sized extends Chunk {
  readonly bytes: number;
}

export async function joinChunks(joining: Joining): Promise<void> {
  const chunks = await sizedChunks(joining);
  const held = await dropHeld(joining, chunks);
  for (const run of runsOf(chunks.filter(chunk => !held.has(chunk)))) await joinRun(joining, run);
}

async function sizedChunks({ place, directoryId }: Joining): Promise<Sized[]> {
  const entries = await place.list(`${directoryId}/${SHIPPED_FOLDER}`);
  return entries
    .flatMap(({ name, bytes }) => {
      const chunk = chunkOf(name);
      return chunk === null ? [] : [{ ...chunk, bytes }];
    })
    .sort((one, two) => one.first - two.first || two.last - one.last || one.timeMs - two.timeMs);
}

/** Chunks whose every line another one has. */
async function dropHeld(joining: Joining, chunks: readonly Sized[]): Promise<Set<Sized>> {
  const held = new Set<Sized>();
  let holder: Sized | null = null;
  for (const chunk of chunks) {
    if (holder !== null && chunk.last <= holder.last && chunk.epoch === holder.epoch) {
      const lines = await readOrNull(joining, holder);
      const same = lines?.[chunk.last - holder.first]?.frame.hash;
      if (same === undefined || hashMark(same) !== chunk.hash) continue;
      await joining.place.remove(chunkPath(joining.directoryId, chunk));
      held.add(chunk);
    } else holder = chunk;
  }
  return held;
}

/** Runs of neighbours by their names, each of a size that is worth its object. */
function runsOf(chunks: readonly Sized[]): Sized[][] {
  const runs: Sized[][] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const isNext = last?.last === chunk.first - 1 && last.epoch === chunk.epoch;
    bytes = isNext ? bytes + chunk.bytes : chunk.bytes;
    if (run !== undefined && isNext && bytes <= SHIPPED_PACKED_BYTES) run.push(chunk);
    else {
      runs.push([chunk]);
      bytes = chunk.bytes;
    }
  }
  return runs.filter(run => run.length > 1);
}

async function joinRun(joining: Joining, run: readonly Sized[]): Promise<void> {
  const { place, directoryId } = joining;
  const lines: ShippedLine[] = [];
  for (const chunk of run) {
    const more = await readOrNull(joining, chunk);
    const [next, last] = [more?.[0]?.frame, lines.at(-1)?.frame];
    if (more === null || next === undefined) return;
    if (last !== undefined && lineHash(last.hash, next.text) !== next.hash) return;
    lines.push(...more);
  }
  const content = Buffer.concat(lines.map(({ bytes }) => bytes));
  if (content.length > SHIPPED_BYTES_MAX) return;
  const [first, last] = [run[0]!, run.at(-1)!];
  // It was shipped when its lines were: a later time would prefer it to a history that parted since.
  const timeMs = Math.max(...run.map(chunk => chunk.timeMs));
  const joined: Chunk = { ...last, first: first.first, timeMs };
  await place.put(chunkPath(directoryId, joined), pack(content));
  await readChunk(place, directoryId, joined);
  for (const chunk of run) await place.remove(chunkPath(directoryId, chunk));
}

async function readOrNull(
  { place, directoryId }: Joining,
  chunk: Chunk,
): Promise<ShippedLine[] | null> {
  try {
    return await readChunk(place, directoryId, chunk);
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.corrupt) return null;
    throw error;
  }
}
