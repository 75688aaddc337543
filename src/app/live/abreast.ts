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
import { booksOf, type Desk, isOnItsWay, lotsOf, symbolsOf } from './desk.ts';
import { compareStops } from './gone.ts';
import { placeStops, withdrawStops } from './protect.ts';

export async function abreast(
  desk: Desk,
  symbols: readonly string[],
  errand: (symbol: string) => Promise<Failure | null>,
): Promise<Failure | null> {
  const engaged = new Set<string>();
  const thrown: unknown[] = [];
  async function engage(symbol: string, work: typeof errand): Promise<Failure | null> {
    engaged.add(symbol);
    try {
      return await work(symbol);
    } catch (error) {
      thrown.push(error);
      return null;
    } finally {
      engaged.delete(symbol);
    }
  }
  let isOver = false;
  const over = Promise.all(symbols.map(symbol => engage(symbol, errand))).finally(() => {
    isOver = true;
  });
  const looks: Promise<unknown>[] = [];
  while (!isOver && thrown.length === 0) {
    await Promise.race([over, desk.rest(MISSING_AGAIN_MS)]);
    if (isOver) break;
    // What a stream told of meanwhile concerns those that wait, too.
    const { hinted } = desk;
    const free = activeSymbols(desk).filter(symbol => !engaged.has(symbol));
    desk.hinted = hinted;
    for (const symbol of free) looks.push(engage(symbol, each => protectOne(desk, each)));
  }
  const failures = await over;
  await Promise.all(looks);
  if (thrown.length > 0) throw thrown[0];
  return failures.find(failure => failure !== null) ?? null;
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
 * and those that did not answer on to the next round.
 */
export function activeSymbols(desk: Desk): readonly string[] {
  const { hinted } = desk;
  desk.hinted = false;
  if (hinted)
    for (const { symbol } of Object.values(booksOf(desk).stops)) desk.doubtful.add(symbol);
  const isActive = (symbol: string): boolean =>
    lotsOf(desk, symbol) !== 0 || isOnItsWay(desk, symbol);
  return symbolsOf(desk).filter(symbol => hinted || desk.unbooked.has(symbol) || isActive(symbol));
}
