/**
 * Reconciliation: what the venue holds against what is known here, from the ground up.
 *
 * Promises: a difference becomes a fact, and only when it lasts: a venue's lists lag behind each
 * other; while fills cannot be had, what is held is compared all the same, protected, and booked
 * later. Never: corrects in silence, or touches an order that another bot or a person placed.
 */
import { must } from '../../base/assert.ts';
import {
  BALANCE_AGAIN_MS,
  BALANCE_SLACK,
  DIFFERENCE_MS,
  FILL_ROUNDING,
  MISSING_AGAIN_MS,
  STRANGE_LOTS_MS,
} from '../../base/limits.ts';
import { toPriceStep, toQuote, type Units } from '../../base/money.ts';
import type { Failure } from '../../base/result.ts';
import type { Millis } from '../../base/time.ts';
import { exitSide, signOf } from '../../core/order.ts';
import type { VenueOrder, VenuePosition } from '../../core/venue.ts';
import { isProtected } from '../../core/venue-books.ts';
import { isOfDirectory, stopClientId } from '../client-id.ts';
import { abreast, meanwhile } from './abreast.ts';
import { leaveBeyond, leaveNow, strangeReport } from './adopt.ts';
import { book, bookFunding, noteLeverages } from './book.ts';
import {
  answer,
  bareSymbols,
  booksOf,
  type Desk,
  hasLasted,
  isOnItsWay,
  lotsOf,
  ownOrders,
  portfolioOf,
  signedLots,
  symbolsOf,
  timeOf,
} from './desk.ts';
import { findStops } from './gone.ts';
import { compareModes, isBothWays } from './mode.ts';
import { placeMissing, tellHeard } from './protect.ts';
import { untilFailure } from './turns.ts';

export async function reconcile(desk: Desk): Promise<Failure | null> {
  const symbols = symbolsOf(desk);
  // A person may have changed the modes since: they are asked for again before the next entry.
  desk.prepared.clear();
  const unbooked = await abreast(desk, symbols, symbol => bookAll(desk, symbol));
  await placeAgain(desk);
  const found = await meanwhile(desk, () => desk.venue.positions());
  if (!found.ok) return found.error;
  // Positions first: what another life of this directory placed may be all that protects one.
  const comparisons = [
    async () => comparePositions(desk, found.value),
    () => abreast(desk, symbols, symbol => compareOrders(desk, symbol)),
    () => compareModes(desk, found.value),
    async () => unbooked,
    () => compareBalance(desk),
  ];
  return untilFailure(comparisons, async compare => {
    const failure = await compare();
    await placeAgain(desk);
    return failure;
  });
}

/** Between the parts of a comparison, which a slow exchange takes seconds for. */
async function placeAgain(desk: Desk): Promise<void> {
  if (desk.elapsed() - desk.placedAt < MISSING_AGAIN_MS) return;
  await abreast(desk, [...bareSymbols(desk)], symbol => placeMissing(desk, symbol));
}

const bookAll = async (desk: Desk, symbol: string): Promise<Failure | null> =>
  (await book(desk, symbol)) ?? (await bookFunding(desk, symbol));

async function compareOrders(desk: Desk, symbol: string): Promise<Failure | null> {
  const found = await desk.venue.openOrders(symbol);
  if (!found.ok) return found.error;
  tellHeard(desk, symbol, found.value);
  const own = new Set(ownOrders(desk).keys());
  // The stop of an entry that is not booked yet has no leg, and is all that stands behind it.
  for (const [id, { placed }] of Object.entries(booksOf(desk).stops))
    for (const stop of placed) own.add(stopClientId(desk.directory, id, stop));
  const orphans = found.value.filter(({ clientId }) => clientId === null || !own.has(clientId));
  const failure = await untilFailure(orphans, order => tellOrphan(desk, order));
  return failure ?? findStops(desk, symbol, new Set(found.value.map(({ clientId }) => clientId)));
}

/** What another life of this directory placed is taken away; what others placed is theirs. */
async function tellOrphan(desk: Desk, order: VenueOrder): Promise<Failure | null> {
  const { symbol, venueId, reduceOnly } = order;
  const clientId = order.clientId ?? '';
  // A position that is left alone may have been ours once: its stops are left with it, but those of this run.
  const isForeign = (booksOf(desk).foreign[symbol] ?? 0) !== 0;
  const isItsStop = reduceOnly && isForeign && !desk.perhapsSent.has(clientId);
  const isOurs = isOfDirectory(desk.directory, clientId) && !isItsStop;
  if (!isOurs && booksOf(desk).orphans?.[symbol]?.includes(venueId) === true) return null;
  if (isOurs && reduceOnly && isBare(desk, symbol))
    return { code: 'difference', retry: true, hint: `a stop in ${symbol} waits for its successor` };
  const canceled = isOurs ? await desk.venue.cancel(clientId, symbol) : null;
  if (canceled?.ok === false && canceled.error.code !== 'not-found') return canceled.error;
  const done = isOurs ? 'canceled' : 'left alone';
  answer(desk, { type: 'order.orphaned', symbol, venueId, clientId, done, time: timeOf(desk) });
  return null;
}

const isBare = (desk: Desk, symbol: string): boolean =>
  portfolioOf(desk).positions[symbol] !== undefined &&
  !isProtected(portfolioOf(desk), booksOf(desk), symbol);

function comparePositions(desk: Desk, positions: readonly VenuePosition[]): Failure | null {
  noteLeverages(desk, positions);
  let failure: Failure | null = null;
  for (const symbol of symbolsOf(desk)) {
    if (isBothWays(symbol, positions)) continue;
    own(desk, symbol);
    const there = positions.find(position => position.symbol === symbol);
    const lots = signedLots(there);
    const difference = lots - lotsOf(desk, symbol);
    if (difference === 0) agree(desk, symbol);
    else if (isComing(desk, symbol) && canWait(desk, symbol, lots)) coverMore(desk, symbol, lots);
    else if (hasLasted(desk, symbol, { difference, ms: patience(desk, symbol) })) {
      // It has lasted since: what is in it is no newer. Said first, so that nothing is booked twice.
      const [time, upTo] = [timeOf(desk), timeOf(desk) - patience(desk, symbol)];
      answer(desk, { type: 'position.squared', symbol, upTo, time });
      tellLots(desk, symbol, { lots, there });
      if (desk.stranded.delete(symbol)) leaveNow(desk, symbol);
    } else
      failure ??= { code: 'difference', retry: true, hint: `the position in ${symbol} differs` };
  }
  return failure;
}

function agree(desk: Desk, symbol: string): void {
  desk.seen.delete(symbol);
  desk.ahead.delete(symbol);
  desk.stranded.delete(symbol);
}

/** Fills are missing: they cannot be had, or leave out what an order of ours says of itself. */
const isComing = ({ unbooked, ahead }: Desk, symbol: string): boolean =>
  unbooked.has(symbol) || ahead.has(symbol);

/**
 * Whether a difference may wait for the fills that explain it: what is held there is ours to protect
 * and stands, or will stand, behind a stop of ours; or there is nothing to protect. What is to be left
 * cannot: an exit closes what is booked.
 */
function canWait(desk: Desk, symbol: string, lots: number): boolean {
  const ours = signedLots(portfolioOf(desk).positions[symbol]);
  if (lots === 0) return true;
  if (desk.stranded.has(symbol) || desk.world['risk-manager'].flattening !== undefined)
    return false;
  if (desk.unknown === 'leave') return true;
  return ours === 0 ? isOnItsWay(desk, symbol) : Math.sign(ours) === Math.sign(lots);
}

function coverMore(desk: Desk, symbol: string, lots: number): void {
  const held = portfolioOf(desk).positions[symbol]?.lots ?? 0;
  if (held > 0 && Math.abs(lots) > held) desk.ahead.set(symbol, Math.abs(lots));
}

/**
 * Where nothing of ours is on its way, no list can lag behind it: strange lots stand without a stop.
 * Where fills are missing, they may come: what is booked without them is booked less well.
 */
function patience(desk: Desk, symbol: string): Millis {
  if (desk.stranded.has(symbol)) return STRANGE_LOTS_MS;
  const isOurs = portfolioOf(desk).positions[symbol] !== undefined || isOnItsWay(desk, symbol);
  return isOurs || isComing(desk, symbol) ? DIFFERENCE_MS : STRANGE_LOTS_MS;
}

/** An entry of ours met lots of others on its way: a venue has one position, and it is ours. */
function own(desk: Desk, symbol: string): void {
  const isMixed = portfolioOf(desk).positions[symbol] !== undefined;
  if (isMixed && booksOf(desk).foreign[symbol] !== undefined)
    answer(desk, { type: 'position.left', symbol, lots: 0, time: timeOf(desk) });
}

/** Lots that no fill explains: those of ours that are gone, then those that came. */
function tellLots(
  desk: Desk,
  symbol: string,
  { lots, there }: { readonly lots: number; readonly there: VenuePosition | undefined },
): void {
  const time = timeOf(desk);
  const held = portfolioOf(desk).positions[symbol];
  const sameWay = held === undefined ? 0 : Math.max(0, signOf(held.direction) * lots);
  if (held !== undefined && held.lots > sameWay) {
    const side = exitSide(held.direction);
    const price = lastPrice(desk, symbol);
    const closed = { id: `hand:${time}`, symbol, side, price, lots: held.lots - sameWay, fee: 0 };
    const more = { liquidity: 'taker', exitReason: 'force_exit', time } as const;
    answer(desk, { type: 'order.filled', ...closed, ...more });
  }
  const added = lots - lotsOf(desk, symbol);
  if (added === 0) return;
  const side = added > 0 ? 'buy' : 'sell';
  // With no position there, only lots of others are gone, which have no price here.
  const price = there?.entryPrice ?? 0;
  answer(desk, strangeReport(desk, { symbol, side, lots: Math.abs(added), price, fee: 0, time }));
  leaveBeyond(desk, symbol);
}

/** Before the first candle of a symbol: what its position was entered at. */
function lastPrice(desk: Desk, symbol: string): number {
  const { marks, positions, contracts } = portfolioOf(desk);
  const mark = marks[symbol];
  if (mark !== undefined) return mark.price;
  const { entryNotional, lots } = must(positions[symbol], `a position in ${symbol}`);
  const { lotSize, priceStep } = must(contracts[symbol], symbol);
  return toPriceStep(toQuote(entryNotional) / (lots * lotSize), priceStep);
}

async function compareBalance(desk: Desk): Promise<Failure | null> {
  const before = portfolioOf(desk).balance;
  const found = await meanwhile(desk, () => desk.venue.wallet());
  if (!found.ok) return found.error;
  const failure = await abreast(desk, symbolsOf(desk), symbol => bookAll(desk, symbol));
  if (failure !== null) return failure;
  // Something happened while it was asked: it is compared another time.
  if (portfolioOf(desk).balance !== before) return null;
  const amount = found.value - before;
  if (Math.abs(amount) <= slackOf(desk)) desk.seen.delete('balance');
  else if (
    hasLasted(desk, 'balance', { difference: amount, ms: BALANCE_AGAIN_MS, slack: BALANCE_SLACK })
  ) {
    const reason = 'the exchange holds another balance than the fills and settlements tell';
    answer(desk, { type: 'balance.corrected', amount, reason, time: timeOf(desk) });
  } else return BALANCE_DIFFERS;
  return null;
}

/** No reason to hold anything back: it is looked at again soon. */
export const BALANCE_DIFFERS: Failure = {
  code: 'difference',
  retry: true,
  hint: 'the balance differs',
};

/**
 * With a position open the venue's own rounding of its entry price shows, without one that of what
 * was booked: before the first fill nothing was rounded.
 */
function slackOf(desk: Desk): Units {
  const isHeld = symbolsOf(desk).some(symbol => lotsOf(desk, symbol) !== 0);
  const rounded = FILL_ROUNDING * portfolioOf(desk).fills;
  return isHeld ? BALANCE_SLACK : Math.min(BALANCE_SLACK, rounded);
}
