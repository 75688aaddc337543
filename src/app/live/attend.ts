/**
 * Attending: rounds at the desk, as often as something waits and at least every few minutes.
 *
 * One round: fills are booked, missing stops are placed, stops too many are withdrawn; when it is
 * due everything is compared with the venue; then orders leave, accepted ones are settled, and what
 * that brought is booked and protected again.
 * Promises: one round at a time; a venue that does not answer is asked on, slower and slower up to a
 * bound; a round that failed has lost nothing; each new kind of failure is told once. Never: ends
 * because the venue is away.
 */
import {
  EAGER_ROUND_MS,
  EAGER_SLOWEST_MS,
  RECONCILE_MS,
  ROUND_MS,
  ROUND_SLOWEST_MS,
} from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import { stopsToPlace, stopsToWithdraw } from '../../core/venue-books.ts';
import { book } from './book.ts';
import { deliver } from './deliver.ts';
import { answer, type Desk, isLeg, lotsOf, portfolioOf, symbolsOf, timeOf, told } from './desk.ts';
import { placeStops, withdrawStops } from './protect.ts';
import { reconcile } from './reconcile.ts';
import { settleOrders } from './settle.ts';

export interface Attendant {
  /** One round now; null, or what has to be tried again. */
  round(): Promise<Failure | null>;
  /** Compares everything in the next round. */
  suspect(): void;
  /** True once everything was compared with the venue. */
  readonly met: () => boolean;
  /** True when nothing is on its way. */
  readonly idle: () => boolean;
  /** True when something is to be done that no round has tried yet. */
  readonly hasNews: () => boolean;
  /** How long until the next round is due. */
  readonly restMs: () => number;
}

export function createAttendant(desk: Desk): Attendant {
  let running: Promise<Failure | null> | null = null;
  let failures = 0;
  let toldCode: string | null = null;
  let reconciledAt: number | null = null;
  let tried: ReadonlySet<string> = new Set();

  async function once(): Promise<Failure | null> {
    let failure = (await open(desk)) ?? (await protect(desk));
    const isLate = reconciledAt === null || desk.elapsed() - reconciledAt >= RECONCILE_MS;
    // There is nothing to protect where a position should be: the two sides have parted.
    if (portfolioOf(desk).venue !== undefined && (isLate || failure?.code === 'no-position')) {
      failure = await reconcile(desk);
      if (failure === null) reconciledAt = desk.elapsed();
      failure = (await protect(desk)) ?? failure;
    }
    // No order leaves before the account was compared once.
    if (reconciledAt !== null) failure = (await trade(desk)) ?? failure;
    if (failure !== null && failure.code !== toldCode) desk.warn(told('the exchange', failure));
    toldCode = failure?.code ?? null;
    failures = failure === null ? 0 : failures + 1;
    return failure;
  }

  return {
    async round() {
      // Another round after the one under way: that one may have looked too early.
      while (running !== null) await running.catch(() => null);
      running = once();
      try {
        return await running;
      } finally {
        tried = new Set(waitingIn(desk));
        running = null;
      }
    },
    suspect() {
      reconciledAt = null;
    },
    met: () => reconciledAt !== null,
    idle: () => !isBusy(desk),
    hasNews: () => waitingIn(desk).some(what => !tried.has(what)),
    restMs() {
      const [restMs, slowestMs] = isBusy(desk)
        ? [EAGER_ROUND_MS, EAGER_SLOWEST_MS]
        : [ROUND_MS, ROUND_SLOWEST_MS];
      return failures === 0 ? restMs : Math.min(slowestMs, ROUND_MS * 2 ** (failures - 1));
    },
  };
}

/** The first meeting of a directory and its account. */
async function open(desk: Desk): Promise<Failure | null> {
  if (portfolioOf(desk).venue !== undefined) return null;
  const time = timeOf(desk);
  const found = await desk.venue.wallet();
  if (!found.ok) return found.error;
  answer(desk, { type: 'account.opened', time, balance: found.value });
  return null;
}

/** First of all, whatever else fails: what is held has its stops, and no others stand. */
const protect = (desk: Desk): Promise<Failure | null> =>
  inTurn(desk, [bookActive, placeStops, withdrawStops]);

/** Orders leave; what that brings is booked and protected at once. */
const trade = (desk: Desk): Promise<Failure | null> =>
  inTurn(desk, [deliver, settleOrders, bookActive, placeStops]);

/** Each is done, whatever became of those before it. Returns the first failure. */
async function inTurn(
  desk: Desk,
  errands: readonly ((desk: Desk) => Promise<Failure | null>)[],
): Promise<Failure | null> {
  let failure: Failure | null = null;
  for (const errand of errands) {
    const failed = await errand(desk);
    failure ??= failed;
  }
  return failure;
}

/** Symbols in which something of ours may have happened. */
async function bookActive(desk: Desk): Promise<Failure | null> {
  let failure: Failure | null = null;
  for (const symbol of symbolsOf(desk)) {
    if (!isActive(desk, symbol)) continue;
    const failed = await book(desk, symbol);
    failure ??= failed;
  }
  return failure;
}

function isActive(desk: Desk, symbol: string): boolean {
  const { outbox, orders, venue } = portfolioOf(desk);
  if (lotsOf(desk, symbol) !== 0) return true;
  const isOfIt = ({ order }: { readonly order: { readonly symbol: string } }): boolean =>
    order.symbol === symbol;
  if (Object.values(outbox).some(isOfIt) || Object.values(orders).some(isOfIt)) return true;
  return Object.values(venue?.stops ?? {}).some(leg => leg.symbol === symbol);
}

/** What only a request to the venue can bring forward, by name. */
function waitingIn(desk: Desk): string[] {
  const account = portfolioOf(desk);
  const { outbox, venue } = account;
  if (venue === undefined) return ['the first meeting'];
  const place = stopsToPlace(account, venue).map(
    ({ id, revision, lots, trigger }) => `place ${id} ${revision} ${lots} ${trigger}`,
  );
  const withdraw = stopsToWithdraw(account, venue).map(
    ({ id, revision }) => `withdraw ${id} ${revision}`,
  );
  return [...Object.keys(outbox), ...place, ...withdraw];
}

/** Something is on its way that a moment decides. */
function isBusy(desk: Desk): boolean {
  const account = portfolioOf(desk);
  const { outbox, orders, venue } = account;
  if (venue === undefined || Object.keys(outbox).length > 0) return true;
  if (Object.values(orders).some(({ order }) => !isLeg(order))) return true;
  return stopsToPlace(account, venue).length > 0 || stopsToWithdraw(account, venue).length > 0;
}
