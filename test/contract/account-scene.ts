/**
 * What the contract of an exchange asks of an account, and what holds at the end of each test.
 */
import assert from 'node:assert/strict';
import { DAY_MS } from '../../src/base/time.ts';
import type { Fact } from '../../src/core/fact.ts';
import type { Order, Side } from '../../src/core/order.ts';
import { BTC } from '../fixtures/paper-world.ts';
import { type AccountUnderTest, PATIENCE } from './account.ts';

export const LOTS = 20;
export const SIDES: readonly Side[] = ['buy', 'sell'];
export const LIQUID = { thin: false };
export const THIN = { thin: true };

export const signed = (side: Side, lots = LOTS): number => (side === 'buy' ? lots : -lots);

/** So many steps from the price, on the side where an entry rests and a stop stands. */
export const beyond = (account: AccountUnderTest, side: Side, steps: number): number =>
  Math.round(10 * (account.price() - signed(side, steps) * account.near)) / 10;

export const entry = (account: AccountUnderTest, side: Side, change: Partial<Order> = {}): Order =>
  account.ledger.approve({
    ...{ side, lots: LOTS, createdAt: account.now(), expiresAt: account.now() + DAY_MS },
    ...change,
  });

export const limit = (price: number): Partial<Order> => ({ kind: 'limit', price });

/** Never reached. */
export const resting = (account: AccountUnderTest): Order =>
  entry(account, 'buy', limit(Math.round(account.price() / 2)));

/** What was told of an order by its exchange. */
export const reportsOf = ({ ledger }: AccountUnderTest, id: string): Fact[] =>
  ledger.facts.filter(fact => 'id' in fact && fact.id === id);

export const namesOf = (account: AccountUnderTest, id: string): string[] =>
  reportsOf(account, id).map(({ type }) => type);

export const filled = ({ ledger }: AccountUnderTest, id: string): Fact<'order.filled'>[] =>
  ledger.told('order.filled').filter(fill => fill.id === id);

export const lotsIn = (fills: readonly Fact<'order.filled'>[]): number =>
  fills.reduce((sum, { lots }) => sum + lots, 0);

export const lotsOf = ({ ledger }: AccountUnderTest): number => ledger.lots(BTC);

export const openIn = ({ ledger }: AccountUnderTest): string[] => [
  ...Object.keys(ledger.world.portfolio.outbox),
  ...Object.keys(ledger.world.portfolio.orders),
];

export async function passUntil(account: AccountUnderTest, holds: () => boolean): Promise<void> {
  for (let count = 0; count < PATIENCE && !holds(); count += 1) await account.pass();
  assert.ok(holds(), 'it never came about');
}

/** Nothing more is told of any order, wherever the price goes, by this process or the next. */
export async function assertSilent(account: AccountUnderTest): Promise<void> {
  const told = (): number =>
    account.ledger.facts.filter(({ type }) => /^(order|trade)\./.test(type)).length;
  const before = told();
  const open = openIn(account);
  for (const side of SIDES) {
    await account.tradeThrough(beyond(account, side, 1));
    account.restart();
    await account.deliver();
  }
  assert.equal(told(), before);
  assert.deepEqual(openIn(account), open);
}

/** The ledger and the exchange hold the same. */
export function assertAgreed(account: AccountUnderTest, lots: number, orders: number): void {
  const there = account.there();
  assert.deepEqual([lotsOf(account), openIn(account).length], [lots, orders]);
  assert.deepEqual([there.lots, there.orders], [lots, orders]);
  assert.equal(there.wallet, account.ledger.world.portfolio.balance);
}
