/**
 * The chain: shipped lines from a catalogue's step on, in order.
 *
 * A line that begins an epoch by itself (a rollback is a fact) is followed into it.
 * Promises: each line continues the hash of the one before; of two histories that part the one that
 * was shipped later is followed; a chunk that is damaged is passed over where another one has its
 * lines, else the chain ends before it, and says which. Memory holds one chunk.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { lineHash } from '../state/frame.ts';
import { epochBegun } from '../state/journal-lines.ts';
import { readChunk, type ShippedLine } from './chunk.ts';
import type { Chunk } from './layout.ts';
import type { BackupPlace } from './place.ts';

export interface ChainStart {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly chunks: readonly Chunk[];
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

/** Lines up to and with `through`. Returns what was damaged, where the chain ended for that. */
export async function* followChain(
  start: ChainStart,
  through: number,
): AsyncGenerator<ShippedLine, Fault | null> {
  let { seq, hash, epoch } = start;
  while (seq < through) {
    const next = await linesOn({ ...start, epoch }, { seq, hash });
    if (next instanceof Fault || next === null) return next;
    for (const line of next) {
      if (line.frame.seq > through) return null;
      yield line;
      ({ seq, hash } = line.frame);
      epoch = Math.max(epoch, epochBegun(line.frame));
    }
  }
  return null;
}

/** The lines of a chunk that go on from a step; a fault where the only one is damaged. */
async function linesOn(
  { place, directoryId, chunks, epoch }: ChainStart,
  { seq, hash }: { readonly seq: number; readonly hash: string },
): Promise<ShippedLine[] | Fault | null> {
  const able = chunks.filter(
    chunk => chunk.epoch === epoch && chunk.first <= seq + 1 && chunk.last > seq,
  );
  let damage: Fault | null = null;
  for (const chunk of able.sort((one, two) => two.timeMs - one.timeMs))
    try {
      const lines = (await readChunk(place, directoryId, chunk)).slice(seq + 1 - chunk.first);
      const [first] = lines;
      if (first !== undefined && lineHash(hash, first.frame.text) === first.frame.hash)
        return lines;
    } catch (error) {
      if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
      damage ??= error;
    }
  return damage;
}
