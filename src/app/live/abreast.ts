/**
 * Pairs abreast: what is asked about one pair holds up no other.
 *
 * Promises: each pair's errand is done beside those of the others; while one waits for the venue, those
 * that have their answers are looked after again; it ends when all have ended, and throws what was thrown
 * first. Never: does two things at a time in one pair.
 */
import { MISSING_AGAIN_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import { book } from './book.ts';
import { deliverExits } from './deliver.ts';
import { booksOf, type Desk, isOnItsWay, lotsOf, symbolsOf } from './desk.ts';
import { compareStops } from './gone.ts';
import { placeStops, withdrawStops } from './protect.ts';
import { settleOrders } from './settle.ts';
import { inTurn } from './turns.ts';

type Errand = (symbol: string) => Promise<Failure | null>;

export async function abreast(
  desk: Desk,
  symbols: readonly string[],
  errand: Errand,
): Promise<Failure | null> {
  const watch = openWatch(desk);
  const failures = await watch.over(symbols.map(symbol => watch.engage(symbol, errand)));
  return failures.find(failure => failure !== null) ?? null;
}

/** A question about the whole account: while it waits for its answer, pairs are looked after. */
export async function meanwhile<T>(desk: Desk, ask: () => Promise<T>): Promise<T> {
  const watch = openWatch(desk);
  const [answer] = await watch.over([watch.caught(ask)]);
  return answer as T;
}

/** Who is engaged, and what was thrown. */
function openWatch(desk: Desk) {
  const engaged = new Set<string>();
  const thrown: unknown[] = [];
  /** Null for what was thrown, which is thrown once all have ended. */
  async function caught<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      thrown.push(error);
      return null;
    }
  }
  async function engage(symbol: string, errand: Errand): Promise<Failure | null> {
    engaged.add(symbol);
    const failure = await caught(() => errand(symbol));
    engaged.delete(symbol);
    return failure;
  }
  function look(): Promise<unknown>[] {
    const free = activeSymbols(desk).filter(symbol => !engaged.has(symbol));
    return free.map(symbol => engage(symbol, each => lookAfter(desk, each)));
  }
  /** Returns the looks that were begun meanwhile. */
  async function lookWhile(waiting: Promise<unknown>): Promise<readonly Promise<unknown>[]> {
    const begun: Promise<unknown>[] = [];
    let isOver = false;
    const over = waiting.then(() => {
      isOver = true;
    });
    while (!isOver && thrown.length === 0) {
      await Promise.race([over, desk.rest(MISSING_AGAIN_MS)]);
      if (!isOver) begun.push(...look());
    }
    await over;
    return begun;
  }
  return {
    caught,
    engage,
    /** Ends when all have ended, and the looks beside them. None of `errands` rejects. */
    async over<T>(errands: readonly Promise<T>[]): Promise<readonly T[]> {
      const results = Promise.all(errands);
      const looks = await lookWhile(results);
      await Promise.all(await lookWhile(Promise.all(looks)));
      if (thrown.length > 0) throw thrown[0];
      return results;
    },
  };
}

/** As a round does, but that no entry leaves: what is to be left does not wait for another pair. */
async function lookAfter(desk: Desk, symbol: string): Promise<Failure | null> {
  const failure = await protectOne(desk, symbol);
  const left = await inTurn([deliverExits, settleOrders], errand => errand(desk, symbol));
  return failure ?? left;
}

/** Booked, behind its stop, and without another: in this order, each as far as it can be had. */
export async function protectOne(desk: Desk, symbol: string): Promise<Failure | null> {
  const unbooked =
    (await book(desk, symbol)) ??
    (await placeStops(desk, symbol)) ??
    (await withdrawStops(desk, symbol));
  // A stop may be gone though the fills cannot be had.
  const missing = await lookForStops(desk, symbol);
  return unbooked ?? missing;
}

/** A person may have taken a stop away: a ring is the only word of it before the next comparison. */
async function lookForStops(desk: Desk, symbol: string): Promise<Failure | null> {
  if (!desk.doubtful.has(symbol)) return null;
  const failure = await compareStops(desk, symbol);
  if (failure === null) desk.doubtful.delete(symbol);
  return failure ?? placeStops(desk, symbol);
}

/**
 * Symbols in which something of ours may have happened; all of them where a stream told of something,
 * and those that did not answer on to the next round. What it told stays so until a round of its own.
 */
export function activeSymbols(desk: Desk): readonly string[] {
  const { hinted } = desk;
  if (hinted)
    for (const { symbol } of Object.values(booksOf(desk).stops)) desk.doubtful.add(symbol);
  const isActive = (symbol: string): boolean =>
    lotsOf(desk, symbol) !== 0 || isOnItsWay(desk, symbol);
  return symbolsOf(desk).filter(symbol => hinted || desk.unbooked.has(symbol) || isActive(symbol));
}
