/**
 * Lines of a live account: what the exchange and other hands did, for the screen.
 *
 * Promises: what differs from what this bot did is always told, with what was done about it.
 */
import { toQuote, type Units } from '../base/money.ts';
import type { Fact, VenueReport } from '../core/fact.ts';
import { decimal, signed } from './number-text.ts';

/** Null: nothing that a person has to see (the log has it). */
export function liveLineOf(fact: VenueReport): string | null {
  switch (fact.type) {
    case 'account.opened':
      return `the account holds ${money(fact.balance)}`;
    case 'balance.corrected':
      return `the balance is corrected by ${signed(toQuote(fact.amount))}: ${fact.reason}`;
    case 'order.doubted':
      return `order ${fact.id} has no answer (${fact.reason}): asking the exchange; no entries there until it came`;
    case 'order.orphaned':
      return `an order in ${fact.symbol} is none of this bot's: ${fact.done}`;
    case 'position.adopted':
      return adoptedLine(fact);
    case 'position.left':
      return fact.lots === 0
        ? `the position in ${fact.symbol} that was left alone is gone`
        : `a position in ${fact.symbol} is none of this bot's (${fact.lots} lots): left alone, no entries there`;
    case 'account.compared':
    case 'position.squared':
    case 'stop.placed':
    case 'stop.withdrawn':
      return null;
  }
}

/** True of the facts that only a live account tells. */
export const isVenueReport = (fact: Fact): fact is VenueReport => NAMES.has(fact.type);

const NAMES: ReadonlySet<string> = new Set<VenueReport['type']>([
  'account.opened',
  'account.compared',
  'balance.corrected',
  'order.doubted',
  'order.orphaned',
  'position.adopted',
  'position.left',
  'position.squared',
  'stop.placed',
  'stop.withdrawn',
]);

const money = (units: Units): string => decimal(toQuote(units));

function adoptedLine({ symbol, side, lots, price, stop }: Fact<'position.adopted'>): string {
  const way = side === 'buy' ? 'long' : 'short';
  return (
    `${lots} lots ${way} in ${symbol} at ${price} were opened by another hand: ` +
    `adopted, with a stop at ${stop}`
  );
}
