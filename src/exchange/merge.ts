/**
 * Several symbols' candles as one stream, ordered by close time, then symbol.
 *
 * All sources have one timeframe, so the order of opens is the order of closes. Promises: each
 * source is read only as far as the order needs. Never: waits for a source that has ended.
 */
import type { Candle } from '../core/market.ts';

/** Candles per merged batch: a few milliseconds of work between two turns of the event loop. */
const BATCH_MAX = 4096;

interface Cursor {
  readonly source: AsyncIterator<readonly Candle[]>;
  batch: readonly Candle[];
  index: number;
}

/** `sources` in symbol order. */
export async function* mergeCandles(
  sources: readonly AsyncIterable<readonly Candle[]>[],
): AsyncGenerator<readonly Candle[]> {
  const cursors: Cursor[] = [];
  const opened = sources.map(source => source[Symbol.asyncIterator]());
  try {
    for (const source of opened) {
      const cursor: Cursor = { source, batch: [], index: 0 };
      if (await refill(cursor)) cursors.push(cursor);
    }
    while (cursors.length > 1) {
      const out: Candle[] = [];
      const empty = takeUntilEmpty(cursors, out);
      if (out.length > 0) yield out;
      if (empty !== null && !(await refill(empty))) cursors.splice(cursors.indexOf(empty), 1);
    }
    const [last] = cursors;
    if (last === undefined) return;
    // One source needs no merging.
    do yield last.index === 0 ? last.batch : last.batch.slice(last.index);
    while (await refill(last));
  } finally {
    for (const source of opened) await source.return?.();
  }
}

/** False when the source has ended. */
async function refill(cursor: Cursor): Promise<boolean> {
  const next = await cursor.source.next();
  if (next.done === true) return false;
  cursor.batch = next.value;
  cursor.index = 0;
  return cursor.batch.length > 0 || refill(cursor);
}

/** Merges until a cursor has no more candles at hand (and gives it) or the batch is full. */
function takeUntilEmpty(cursors: readonly Cursor[], out: Candle[]): Cursor | null {
  while (out.length < BATCH_MAX) {
    const cursor = earliest(cursors);
    out.push(cursor.batch[cursor.index] as Candle);
    cursor.index += 1;
    if (cursor.index === cursor.batch.length) return cursor;
  }
  return null;
}

function earliest(cursors: readonly Cursor[]): Cursor {
  let first = cursors[0] as Cursor;
  let time = (first.batch[first.index] as Candle).time;
  for (let at = 1; at < cursors.length; at += 1) {
    const cursor = cursors[at] as Cursor;
    const other = (cursor.batch[cursor.index] as Candle).time;
    if (other < time) {
      first = cursor;
      time = other;
    }
  }
  return first;
}
