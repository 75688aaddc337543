/**
 * What every exchange must do with what closes a position: a stop, a target, a reduce-only order.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Order, Side } from '../../src/core/order.ts';
import { bracket } from '../fixtures/paper-world.ts';
import { type AccountUnderTest, type CreateAccount, PATIENCE } from './account.ts';
import {
  assertAgreed,
  assertSilent,
  beyond,
  entry,
  filled,
  LIQUID,
  LOTS,
  lotsIn,
  lotsOf,
  namesOf,
  passUntil,
  SIDES,
  signed,
  THIN,
} from './account-scene.ts';

const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

const exit = (account: AccountUnderTest, side: Side, lots: number): Order =>
  entry(account, side, { lots, reduceOnly: true, exitReason: 'exit_signal' });

/** Enters at the market, until all of it is held. */
async function enter(
  account: AccountUnderTest,
  side: Side,
  protection: Order['protection'] = null,
): Promise<Order> {
  const order = entry(account, side, { protection });
  await account.deliver();
  await passUntil(account, () => lotsOf(account) === signed(side));
  return order;
}

/** What was held that way was left by that leg, in one fill, at about its price. */
function assertLeft(
  account: AccountUnderTest,
  leg: string,
  { side, reason, price }: { side: Side; reason: string; price: number },
): void {
  const [fill, ...more] = filled(account, leg);
  assert.ok(fill !== undefined && more.length === 0);
  assert.deepEqual([fill.lots, fill.side], [LOTS, opposite(side)]);
  assert.equal(fill.exitReason, reason);
  assert.ok(Math.abs(fill.price / price - 1) < 0.002, `${fill.price} for ${price}`);
}

export function stopsOf(create: CreateAccount): void {
  for (const side of SIDES) {
    it(`of a ${side} rests, closes what is held at its price, and opens nothing`, async () => {
      const account = await create(LIQUID);
      const stop = beyond(account, side, 2);
      const { id } = await enter(account, side, bracket(stop));
      assertAgreed(account, signed(side), 1);
      await account.tradeThrough(beyond(account, side, 0.5));
      assertAgreed(account, signed(side), 1);
      await account.tradeThrough(stop);
      assertLeft(account, `${id}.stop`, { side, reason: 'stop_loss', price: stop });
      await assertSilent(account);
      assertAgreed(account, 0, 0);
    });

    it(`of a ${side} goes with its position, when that reaches its target`, async () => {
      const account = await create(LIQUID);
      const [stop, takeProfit] = [beyond(account, side, 20), beyond(account, side, -2)];
      const { id } = await enter(account, side, bracket(stop, takeProfit));
      assertAgreed(account, signed(side), 2);
      await account.tradeThrough(takeProfit);
      assertLeft(account, `${id}.target`, { side, reason: 'take_profit', price: takeProfit });
      await assertSilent(account);
      assertAgreed(account, 0, 0);
    });
  }

  for (const side of SIDES)
    it(`of a ${side} that trails follows the best price, never back, and closes what is held`, async () => {
      const account = await create(LIQUID);
      await account.tradeThrough(beyond(account, side, 8));
      const stop = beyond(account, side, 40);
      const trail = 5 * account.near;
      const { id } = await enter(account, side, { ...bracket(stop), trail });
      const trigger = (): number =>
        account.ledger.world.portfolio.orders[`${id}.trail`]?.trigger ?? 0;
      assertAgreed(account, signed(side), 2);
      const first = trigger();
      await account.tradeThrough(beyond(account, side, -1));
      let last = trigger();
      assert.ok(signed(side, last - first) > 0, `from ${first} to ${last}`);
      assertAgreed(account, signed(side), 2);
      for (let count = 0; count < PATIENCE && lotsOf(account) !== 0; count += 1) {
        assert.ok(signed(side, trigger() - last) >= 0, `from ${last} to ${trigger()}`);
        last = trigger();
        await account.tradeThrough(beyond(account, side, 0.2));
      }
      const [fill, ...more] = filled(account, `${id}.trail`);
      assert.ok(fill !== undefined && more.length === 0);
      assert.deepEqual([fill.lots, fill.exitReason], [LOTS, 'trailing_stop_loss']);
      assert.ok(signed(side, 1 - fill.price / last) < 0.002, `${fill.price} for ${last}`);
      await assertSilent(account);
      assertAgreed(account, 0, 0);
    });

  it('in a thin market closes in parts: all that is held, and no lot more', async () => {
    const account = await create(THIN);
    const stop = beyond(account, 'buy', 2);
    const { id } = await enter(account, 'buy', bracket(stop));
    await account.tradeThrough(stop);
    await passUntil(account, () => lotsOf(account) === 0);
    assert.ok(filled(account, `${id}.stop`).length > 1);
    assert.equal(lotsIn(filled(account, `${id}.stop`)), LOTS);
    await assertSilent(account);
    assertAgreed(account, 0, 0);
  });
}

export function reductionsOf(create: CreateAccount): void {
  for (const side of SIDES) {
    it(`to ${side} without a position dies, and opens nothing`, async () => {
      const account = await create(LIQUID);
      const { id } = exit(account, side, LOTS);
      await account.deliver();
      await account.pass();
      assert.match(namesOf(account, id).join(), /^order\.(rejected|canceled)$/);
      assertAgreed(account, 0, 0);
    });

    it(`to ${side} more than is held closes that alone`, async () => {
      const account = await create(LIQUID);
      await enter(account, opposite(side));
      const { id } = exit(account, side, 3 * LOTS);
      await account.deliver();
      await passUntil(account, () => lotsOf(account) === 0);
      assert.equal(lotsIn(filled(account, id)), LOTS);
      await assertSilent(account);
      assertAgreed(account, 0, 0);
    });

    it(`to ${side} what is held that way already adds nothing`, async () => {
      const account = await create(LIQUID);
      await enter(account, side);
      const { id } = exit(account, side, LOTS);
      await account.deliver();
      await account.pass();
      assert.deepEqual(namesOf(account, id), ['order.rejected']);
      assertAgreed(account, signed(side), 0);
    });
  }

  it('beside another one closes what that leaves', async () => {
    const account = await create(LIQUID);
    await enter(account, 'buy');
    const exits = [exit(account, 'sell', 15), exit(account, 'sell', 15)];
    await account.deliver();
    await passUntil(account, () => lotsOf(account) === 0);
    const lots = exits.map(({ id }) => lotsIn(filled(account, id)));
    assert.deepEqual(lots, [15, 5]);
    await assertSilent(account);
    assertAgreed(account, 0, 0);
  });
}
