/**
 * Attending: rounds at the desk, as often as something waits and at least every few minutes.
 *
 * One round: fills are booked, missing stops are placed, stops too many are withdrawn; when it is
 * due everything is compared with the venue; then orders leave, accepted ones are settled, and what
 * that brought is booked and protected again.
 * Promises: one round at a time; streams ring for no more rounds than the limit allows; a venue that
 * does not answer is asked on, slower and slower up to a bound; a round that failed has lost nothing;
 * each new kind of failure is told once. Never: ends because the venue is away.
 */
import {
  BALANCE_AGAIN_MS,
  BALANCE_SLACK,
  BARE_TOLD_MS,
  EAGER_ROUND_MS,
  EAGER_SLOWEST_MS,
  FLAT_AGAIN_MS,
  HINT_REST_MS,
  RECONCILE_MS,
  ROUND_MS,
  ROUND_SLOWEST_MS,
} from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { Millis } from '../../base/time.ts';
import { stopsToWithdraw } from '../../core/venue-books.ts';
import { isLeaving } from '../../trade/portfolio.ts';
import { abreast, activeSymbols, protectOne } from './abreast.ts';
import { deliver } from './deliver.ts';
import {
  answer,
  bareSymbols,
  type Desk,
  isLeg,
  portfolioOf,
  symbolsOf,
  timeOf,
  told,
  wantedStops,
} from './desk.ts';
import { placeMissing } from './protect.ts';
import { BALANCE_DIFFERS, reconcile } from './reconcile.ts';
import { settleOrders } from './settle.ts';
import { inTurn } from './turns.ts';

export interface Attendant {
  /** One round now; null, or what has to be tried again. */
  round(): Promise<Failure | null>;
  /** A stream told of something: every symbol is asked in the next round, due in so long. */
  hint(): Millis;
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
  let tried: ReadonlySet<string> = new Set();
  let hintedAt = -HINT_REST_MS;

  async function once(): Promise<Failure | null> {
    let failure = (await open(desk)) ?? (await protect(desk));
    // There is nothing to protect where a position should be: the two sides have parted.
    const isDue = isLate(desk) || failure?.code === 'no-position';
    if (portfolioOf(desk).venue !== undefined && isDue) {
      const compared = await reconcile(desk);
      const isMet = compared === null || compared === BALANCE_DIFFERS;
      const again = compared === BALANCE_DIFFERS ? RECONCILE_MS - BALANCE_AGAIN_MS : 0;
      if (isMet) desk.comparedAt = desk.elapsed() - again;
      if (isMet && isUnheard(desk)) answer(desk, { type: 'account.compared', time: timeOf(desk) });
      failure = (await protect(desk)) ?? (isMet ? null : compared);
    }
    if (portfolioOf(desk).venue !== undefined) failure = (await trade(desk)) ?? failure;
    tellBare(desk);
    if (failure !== null && failure.code !== toldCode) desk.warn(told('the exchange', failure));
    toldCode = failure?.code ?? null;
    // A list that lags is no reason to ask it less often.
    failures = failure === null || failure.code === 'difference' ? 0 : failures + 1;
    return failure;
  }

  return {
    async round() {
      // Another round after the one under way: that one may have looked too early.
      while (running !== null) await running.catch(() => null);
      const wasHinted = desk.hinted;
      running = once();
      try {
        return await running;
      } finally {
        if (wasHinted) hintedAt = desk.elapsed();
        tried = new Set(waitingIn(desk));
        running = null;
      }
    },
    hint() {
      desk.hinted = true;
      return Math.max(0, hintedAt + HINT_REST_MS - desk.elapsed());
    },
    met: () => desk.comparedAt !== null,
    idle: () => !isBusy(desk),
    hasNews: () => waitingIn(desk).some(what => !tried.has(what)),
    restMs() {
      const [restMs, slowestMs] = isBusy(desk)
        ? [EAGER_ROUND_MS, EAGER_SLOWEST_MS]
        : [ROUND_MS, ROUND_SLOWEST_MS];
      return Math.min(slowestMs, restMs * 2 ** Math.max(0, failures - 1));
    },
  };
}

function isLate(desk: Desk): boolean {
  const { comparedAt, stranded } = desk;
  const isDue = comparedAt === null || desk.elapsed() - comparedAt >= RECONCILE_MS;
  return isDue || isUnheard(desk) || stranded.size > 0;
}

/** A flatten waits for what may be there. */
const isUnheard = (desk: Desk): boolean => portfolioOf(desk).venue?.unheard === true;

/**
 * The first meeting of a directory and its account. What is filled while the balance is asked for may be
 * in it and is newer than the question, so it would be booked again: the balance is the same before and
 * after the time from which on fills are booked, but for what a venue's own rounding moves while
 * something is held there. A fee below that may be booked twice, until the account is flat and compared.
 */
async function open(desk: Desk): Promise<Failure | null> {
  if (portfolioOf(desk).venue !== undefined) return null;
  const before = await desk.venue.wallet();
  if (!before.ok) return before.error;
  const time = timeOf(desk);
  const found = await desk.venue.wallet();
  if (!found.ok) return found.error;
  if (Math.abs(found.value - before.value) > BALANCE_SLACK)
    return { code: 'difference', retry: true, hint: 'the balance changes while it is asked for' };
  answer(desk, { type: 'account.opened', time, balance: found.value });
  return null;
}

/** First of all, whatever else fails: what is held has its stops, and no others stand. */
async function protect(desk: Desk): Promise<Failure | null> {
  if (portfolioOf(desk).venue === undefined) return null;
  // What is known to be missing first.
  const bare = await abreast(desk, symbolsOf(desk), symbol => placeMissing(desk, symbol));
  const active = activeSymbols(desk);
  desk.hinted = false;
  const failure = await abreast(desk, active, symbol => protectOne(desk, symbol));
  return bare ?? failure;
}

/** Whoever looks has to read it: once as it has lasted, and once as it is over. */
function tellBare(desk: Desk): void {
  if (portfolioOf(desk).venue === undefined) return;
  const now = desk.elapsed();
  const bare = bareSymbols(desk);
  for (const symbol of bare) {
    const { since, isTold } = desk.bare.get(symbol) ?? { since: now, isTold: false };
    const isLong = now - since >= BARE_TOLD_MS;
    if (isLong && !isTold)
      desk.warn(`${symbol} stands without its stop, which is asked for again and again`);
    desk.bare.set(symbol, { since, isTold: isLong });
  }
  for (const [symbol, { isTold }] of desk.bare)
    if (!bare.has(symbol)) {
      desk.bare.delete(symbol);
      if (isTold) desk.warn(`${symbol} stands without its stop no longer`);
    }
}

/** Orders leave; what that brings is booked and protected at once. */
async function trade(desk: Desk): Promise<Failure | null> {
  sayFlatAgain(desk);
  return abreast(desk, tradedSymbols(desk), async symbol => {
    const failure = await inTurn([deliver, settleOrders], errand => errand(desk, symbol));
    // Where one gives no answer the next round goes on, which looks at the stops before all.
    return failure ?? protectOne(desk, symbol);
  });
}

/** Those with orders that are to leave, or have left and are not done: legs stand apart. */
function tradedSymbols(desk: Desk): readonly string[] {
  const { outbox, orders } = portfolioOf(desk);
  const waiting = [
    ...Object.values(outbox),
    ...Object.values(orders).filter(({ order }) => !isLeg(order)),
  ];
  return [...new Set(waiting.map(({ order }) => order.symbol))];
}

/** An exit that the venue gave up is followed by another, without waiting for a candle. */
function sayFlatAgain(desk: Desk): void {
  const { flattening } = desk.world['risk-manager'];
  const account = portfolioOf(desk);
  const isLeft = Object.keys(account.positions).every(symbol => isLeaving(account, symbol));
  if (flattening === undefined || isLeft) desk.flatSaidAt = null;
  else if (desk.flatSaidAt === null) desk.flatSaidAt = desk.elapsed();
  else if (desk.elapsed() - desk.flatSaidAt >= FLAT_AGAIN_MS) {
    desk.flatSaidAt = null;
    desk.commit({ kind: 'flatten', time: timeOf(desk) });
  }
}

/** What only a request to the venue can bring forward, by name. */
function waitingIn(desk: Desk): string[] {
  const account = portfolioOf(desk);
  const { outbox, venue } = account;
  if (venue === undefined) return ['the first meeting'];
  const place = wantedStops(desk).map(
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
  const { venue } = account;
  if (venue === undefined || tradedSymbols(desk).length > 0) return true;
  return wantedStops(desk).length > 0 || stopsToWithdraw(account, venue).length > 0;
}
