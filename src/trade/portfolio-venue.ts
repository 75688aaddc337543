/**
 * The portfolio's part of a live account: what a venue tells that paper never does.
 *
 * Promises: pure folds; money that came without a fill is a correction, never a profit. Never:
 * decides what is done about a difference (app/live does, and each of its answers is a fact).
 */
import { must } from '../base/assert.ts';
import { ORPHANS_KEPT_MAX } from '../base/limits.ts';
import { asUnits } from '../base/money.ts';
import { adopt, applyFunding, fundAccount } from '../core/account.ts';
import type { Handlers } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import {
  newVenueBooks,
  placeStop,
  stopsToWithdraw,
  takeFill,
  type VenueBooks,
  withdrawStop,
} from '../core/venue-books.ts';
import type { Portfolio } from './portfolio.ts';

export const venueHandlers: Handlers<Portfolio> = {
  'account.opened'(state, { time, balance }) {
    state.venue ??= { ...newVenueBooks(time), unheard: true };
    if (state.fills > 0) return;
    state.startBalance = balance;
    state.balance = balance;
  },
  'account.compared'(state) {
    delete booksIn(state).unheard;
  },
  'flatten.ordered'(state) {
    if (state.venue !== undefined) state.venue.unheard = true;
  },
  'balance.corrected'(state, { amount }) {
    state.startBalance = asUnits(state.startBalance + amount);
    state.balance = asUnits(state.balance + amount);
  },
  'order.doubted'(state, { id }) {
    const waiting = state.outbox[id];
    if (waiting !== undefined) waiting.doubted = true;
  },
  'order.orphaned'(state, { symbol, venueId, done }) {
    const books = booksIn(state);
    if (done === 'canceled') return;
    const told = [...(books.orphans?.[symbol] ?? []), venueId].slice(-ORPHANS_KEPT_MAX);
    books.orphans = { ...books.orphans, [symbol]: told };
  },
  'stop.placed': (state, fact) =>
    placeStop(booksIn(state), fact, fact.filledBefore ?? state.orders[fact.id]?.filledLots ?? 0),
  'stop.withdrawn': (state, fact) => withdrawStop(state, booksIn(state), fact),
  'position.adopted'(state, fact) {
    noteFill(state, fact);
    state.fills += 1;
    adopt(state, fact, must(state.contracts[fact.symbol], fact.symbol));
  },
  'position.squared'(state, { symbol, upTo }) {
    const books = booksIn(state);
    books.squared = { ...books.squared, [symbol]: upTo };
  },
  'position.left'(state, fact) {
    const { symbol, lots } = fact;
    const books = booksIn(state);
    noteFill(state, fact);
    if (lots === 0) delete books.foreign[symbol];
    else books.foreign[symbol] = lots;
  },
};

/** What tells of a fill of the venue takes it. */
export function noteFill(
  state: Portfolio,
  { symbol, fillId, time }: Fact<'order.filled' | 'position.adopted' | 'position.left'>,
): void {
  if (fillId !== undefined) takeFill(booksIn(state), symbol, { id: fillId, time });
}

/**
 * A venue may tell of a settlement after the position that it was for is closed, and takes what is
 * more than a position's margin from the wallet.
 */
export function settleFunding(state: Portfolio, fact: Fact<'funding.settled'>): void {
  const { symbol, time, amount } = fact;
  if (state.venue !== undefined) state.venue.funded[symbol] = time;
  const held = state.positions[symbol];
  const isWallets = held === undefined || amount > held.margin;
  if (state.venue !== undefined && isWallets) fundAccount(state, amount);
  else applyFunding(state, fact, must(state.contracts[symbol], symbol));
}

/**
 * Why no entry may be made in a symbol while the venue has to be heard first; null: it may. An
 * order without an answer may stand there, a stop of a former position would fire into a new one.
 */
export function frozenBy(state: Portfolio, symbol: string): string | null {
  const { venue } = state;
  if (venue === undefined) return null;
  for (const id in state.outbox)
    if (state.outbox[id]?.order.symbol === symbol) return 'an order waits for its answer';
  if ((venue.foreign[symbol] ?? 0) !== 0) return 'it holds a position that is not of this bot';
  if (stopsToWithdraw(state, venue).some(stale => stale.symbol === symbol))
    return 'a stop of a former position still stands';
  return null;
}

const booksIn = ({ venue }: Portfolio): VenueBooks => must(venue, 'an account that was opened');
