/**
 * What every exchange must do for an account: an order is approved, it leaves, the market moves, and
 * what became of it reaches the ledger. Run it on each.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MINUTE_MS } from '../../src/base/time.ts';
import { Died } from '../fixtures/ledger.ts';
import { bracket } from '../fixtures/paper-world.ts';
import type { AccountUnderTest, CreateAccount } from './account.ts';
import {
  assertAgreed,
  assertSilent,
  beyond,
  entry,
  filled,
  LIQUID,
  LOTS,
  limit,
  lotsIn,
  lotsOf,
  namesOf,
  openIn,
  passUntil,
  reportsOf,
  resting,
  SIDES,
  signed,
  THIN,
} from './account-scene.ts';
import { reductionsOf, stopsOf } from './exit.contract.ts';

export function exchangeContract(name: string, create: CreateAccount): void {
  describe(`the exchange contract: ${name}: an order`, () => ordersOf(create));
  describe(`the exchange contract: ${name}: a fill`, () => fillsOf(create));
  describe(`the exchange contract: ${name}: a stop`, () => stopsOf(create));
  describe(`the exchange contract: ${name}: a reduce-only order`, () => reductionsOf(create));
}

/** The process ends at a commit of its errand: 0 before the first was durable, 1 after. */
async function dieAt(account: AccountUnderTest, asked: number): Promise<void> {
  let count = 0;
  account.ledger.dies = () => count++ === asked;
  await assert.rejects(account.deliver(), Died);
  account.restart();
}

function ordersOf(create: CreateAccount): void {
  it('is accepted once under its own id, and stands there', async () => {
    const account = await create(LIQUID);
    const { id } = resting(account);
    await account.deliver();
    assert.deepEqual(namesOf(account, id), ['order.accepted']);
    assertAgreed(account, 0, 1);
  });

  it('that it cannot take is rejected with a reason', async () => {
    const account = await create(LIQUID);
    const { id } = entry(account, 'buy', { lots: 100_000 });
    await account.deliver();
    const [report, ...more] = reportsOf(account, id);
    assert.ok(report?.type === 'order.rejected' && report.reason.length > 0);
    assert.deepEqual(more, []);
    assertAgreed(account, 0, 0);
  });

  it('that no price reaches is told of no more', async () => {
    const account = await create(LIQUID);
    const { id } = resting(account);
    await account.deliver();
    await assertSilent(account);
    assert.deepEqual(namesOf(account, id), ['order.accepted']);
    assertAgreed(account, 0, 1);
  });

  for (const [asked, when] of ['before', 'after'].entries()) {
    it(`whose process died ${when} its answer was durable is found, and is one order`, async () => {
      const account = await create(LIQUID);
      const price = beyond(account, 'buy', 1);
      const { id } = entry(account, 'buy', limit(price));
      await dieAt(account, asked);
      await account.deliver();
      assert.deepEqual(namesOf(account, id), ['order.accepted']);
      assertAgreed(account, 0, 1);
      await account.tradeThrough(price);
      assert.deepEqual(namesOf(account, id), ['order.accepted', 'order.filled']);
      assertAgreed(account, LOTS, 0);
    });

    it(`at the market whose process died ${when} that is filled once`, async () => {
      const account = await create(LIQUID);
      const { id } = entry(account, 'buy');
      await dieAt(account, asked);
      await account.deliver();
      await passUntil(account, () => lotsOf(account) === LOTS);
      // Where it was filled by then, that says that it was accepted.
      const told = namesOf(account, id).filter(name => name !== 'order.accepted');
      assert.deepEqual(told, ['order.filled']);
      await assertSilent(account);
      assertAgreed(account, LOTS, 0);
    });
  }

  it('that had not left when the process ended is sent by the next, once', async () => {
    const account = await create(LIQUID);
    const { id } = resting(account);
    account.restart();
    await account.deliver();
    const ends = namesOf(account, id).filter(name => name !== 'order.doubted');
    assert.deepEqual(ends, ['order.accepted']);
    assertAgreed(account, 0, 1);
  });

  it('past its time is never sent', async () => {
    const account = await create(LIQUID);
    const createdAt = account.now() - 10 * MINUTE_MS;
    const { id } = entry(account, 'buy', { createdAt, expiresAt: createdAt + MINUTE_MS });
    await account.deliver();
    await account.pass();
    assert.deepEqual(namesOf(account, id), ['order.expired']);
    assertAgreed(account, 0, 0);
  });

  it('whose time ends while it rests there dies, and is filled no more', async () => {
    const account = await create(LIQUID);
    const price = beyond(account, 'buy', 3);
    const { id, expiresAt } = entry(account, 'buy', {
      ...limit(price),
      expiresAt: account.now() + 2 * MINUTE_MS,
    });
    await account.deliver();
    await passUntil(account, () => account.now() >= expiresAt);
    assert.deepEqual(namesOf(account, id), ['order.accepted', 'order.expired']);
    await account.tradeThrough(price);
    await assertSilent(account);
    assertAgreed(account, 0, 0);
  });

  it('that is recalled is canceled once, and is filled no more', async () => {
    const account = await create(LIQUID);
    const price = beyond(account, 'buy', 1);
    const { id } = entry(account, 'buy', limit(price));
    await account.deliver();
    account.ledger.commit({ kind: 'pause', time: account.now() });
    await account.deliver();
    await account.tradeThrough(price);
    await assertSilent(account);
    assert.deepEqual(namesOf(account, id), ['order.accepted', 'order.canceled']);
    assertAgreed(account, 0, 0);
  });
}

function fillsOf(create: CreateAccount): void {
  for (const side of SIDES) {
    it(`of a ${side} at the market is whole, at about the price, for a fee`, async () => {
      const account = await create(LIQUID);
      const [price, { balance }] = [account.price(), account.ledger.world.portfolio];
      const { id } = entry(account, side);
      await account.deliver();
      await passUntil(account, () => lotsOf(account) !== 0);
      const [fill, ...more] = filled(account, id);
      assert.ok(fill !== undefined && more.length === 0);
      assert.deepEqual([fill.lots, fill.side, fill.liquidity], [LOTS, side, 'taker']);
      assert.ok(Math.abs(fill.price / price - 1) < 0.002, `${fill.price}`);
      assert.ok(fill.fee > 0);
      assert.equal(account.ledger.world.portfolio.balance, balance - fill.fee);
      assertAgreed(account, signed(side), 0);
    });

    it(`of a ${side} at a limit comes once, when it is traded through, at its price or better`, async () => {
      const account = await create(LIQUID);
      const price = beyond(account, side, 1);
      const { id } = entry(account, side, limit(price));
      await account.deliver();
      assert.deepEqual(namesOf(account, id), ['order.accepted']);
      await account.tradeThrough(price);
      const [fill, ...more] = filled(account, id);
      assert.ok(fill !== undefined && more.length === 0);
      assert.deepEqual([fill.lots, fill.side, fill.liquidity], [LOTS, side, 'maker']);
      assert.ok(signed(side, fill.price - price) <= 0, `${fill.price} for ${price}`);
      assert.ok(fill.fee > 0);
      await assertSilent(account);
      assertAgreed(account, signed(side), 0);
    });
  }

  it('in part is told as that, and the rest later: no lot more than the order', async () => {
    const account = await create(THIN);
    const { id } = entry(account, 'buy');
    await account.deliver();
    await passUntil(account, () => lotsOf(account) > 0);
    const part = lotsOf(account);
    assert.ok(part < LOTS);
    assert.equal(account.ledger.world.portfolio.orders[id]?.filledLots, part);
    assertAgreed(account, part, 1);
    await passUntil(account, () => openIn(account).length === 0);
    assert.ok(filled(account, id).length > 1);
    assert.equal(lotsIn(filled(account, id)), LOTS);
    await assertSilent(account);
    assertAgreed(account, LOTS, 0);
  });

  it('in part stays that where the order is recalled, and so does its stop', async () => {
    const account = await create(THIN);
    const stop = beyond(account, 'buy', 2);
    const { id } = entry(account, 'buy', { protection: bracket(stop) });
    await account.deliver();
    await passUntil(account, () => lotsOf(account) > 0);
    const part = lotsOf(account);
    assert.equal(account.ledger.world.portfolio.orders[`${id}.stop`]?.order.lots, part);
    account.ledger.commit({ kind: 'pause', time: account.now() });
    await account.deliver();
    assert.ok(part < LOTS);
    assertAgreed(account, part, 1);
    await account.tradeThrough(stop);
    await passUntil(account, () => lotsOf(account) === 0);
    const lots = [id, `${id}.stop`].map(name => lotsIn(filled(account, name)));
    assert.deepEqual(lots, [part, part]);
    await assertSilent(account);
    assertAgreed(account, 0, 0);
  });
}
