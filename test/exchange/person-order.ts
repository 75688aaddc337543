/**
 * What became of the orders that a person placed at the exchange's site.
 *
 * Promises: none is canceled but by the person, each that still waited was told of once and left
 * alone, and what one was filled with is booked as nobody's order. Never: looks at the bot's own.
 */
import type { Fact } from '../../src/core/fact.ts';
import { isLimitOfAPerson } from './person.ts';
import type { Evidence, Journal } from './verdict.ts';

type Shown = Pick<Evidence, 'exchange' | 'takenBack'>;

export function personProblems(
  { exchange, takenBack }: Shown,
  { facts }: Pick<Journal, 'facts'>,
): string[] {
  const { orders, fills } = exchange.accounts;
  const problems: string[] = [];
  const orphaned = facts.filter(isOrphaned);
  for (const order of [...orders.values()].filter(isLimitOfAPerson)) {
    const { id, symbol } = order;
    const told = orphaned.filter(({ venueId }) => venueId === id);
    if (order.canceled && !takenBack.includes(order))
      problems.push(`order ${id} (${symbol}) of a person was canceled`);
    if (told.length > 1 || (told.length === 0 && takenBack.includes(order)))
      problems.push(`order ${id} (${symbol}) of a person was told of ${told.length}×`);
    if (told.some(({ done }) => done !== 'left alone'))
      problems.push(`order ${id} (${symbol}) of a person was not left alone`);
  }
  const theirs = new Set(
    fills
      .filter(({ clientOid, kind }) => clientOid === '' && kind === 'trade')
      .map(({ tradeId, orderId, side }) => `${tradeId}/${orderId}/${side}`),
  );
  for (const fact of facts)
    if (fact.type === 'order.filled' && theirs.has(fact.fillId ?? '') && !/^hand:/.test(fact.id))
      problems.push(`fill ${fact.fillId} of a person was booked as order ${fact.id}`);
  return problems;
}

const isOrphaned = (fact: Fact): fact is Fact<'order.orphaned'> => fact.type === 'order.orphaned';
