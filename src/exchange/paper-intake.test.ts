import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  bracket,
  contractFor,
  createWorld,
  ETH,
  FREE,
  placed,
} from '../../test/fixtures/paper-world.ts';
import { must } from '../base/assert.ts';
import { ok } from '../base/result.ts';
import { MINUTE_MS } from '../base/time.ts';
import { approve, type Order } from '../core/order.ts';

describe('the counter', () => {
  const reasonOf = async (order: Partial<Order>) => {
    const world = createWorld({ settings: FREE });
    world.candle({ open: 100 });
    const answer = await world.place(order);
    return answer.type === 'order.rejected' ? answer.reason : answer.type;
  };

  it('refuses what a real exchange would, with the reason', async () => {
    const cases: [Partial<Order>, string][] = [
      [{ symbol: 'DOGE/USDT:USDT' }, 'unknown symbol DOGE/USDT:USDT'],
      [{ lots: 0.5 }, 'the quantity is not whole lots'],
      [{ kind: 'limit', price: 99.05 }, 'the price is not on a step'],
      [{ kind: 'limit' }, 'a limit order needs a price'],
      [{ lots: 1 }, 'the order is below the minimum notional'],
      [{ leverage: 51 }, 'the leverage is not between 1 and 50'],
      [{ lots: 100_001 * 10 }, 'the free margin does not cover it'],
      [{ protection: bracket(100) }, 'the stop is on the wrong side of the price'],
      [{ protection: bracket(95, 100) }, 'the target is on the wrong side of the price'],
      [{ reduceOnly: true }, 'there is no position to reduce'],
      [{ kind: 'stop', trigger: 105 }, 'a stop order can only reduce a position'],
      [{ symbol: ETH }, 'the symbol has no price yet'],
    ];
    for (const [order, reason] of cases) assert.equal(await reasonOf(order), reason);
  });

  it('refuses fewer lots than the contract takes at least', async () => {
    const contracts = [{ ...contractFor(BTC), lotsMin: 20 }];
    for (const [lots, reason] of [
      [19, 'the order is below the minimum size'],
      [20, null],
    ] as const) {
      const world = createWorld({ settings: FREE, contracts });
      world.candle({ open: 100 });
      const answer = await world.place({ lots });
      assert.equal(answer.type === 'order.rejected' ? answer.reason : null, reason);
    }
  });

  it('takes one entry per symbol', async () => {
    const world = await placed({});
    assert.equal((await world.place({})).type, 'order.rejected');
    world.candle({ open: 100 });
    assert.equal((await world.place({})).type, 'order.rejected');
  });

  it('answers an order older than its limit with its expiry', async () => {
    const world = createWorld({ settings: FREE });
    world.candle({ open: 100, time: 5 * MINUTE_MS });
    const answer = await world.place({ createdAt: 0, expiresAt: MINUTE_MS });
    assert.equal(answer.type, 'order.expired');
    assert.deepEqual(world.state.outbox, {});
  });

  it('knows an order that it holds, and none that it does not', async () => {
    const { exchange, state, tell } = await placed({ kind: 'limit', price: 50 });
    const order = approve(must(Object.values(state.orders)[0], 'an open order').order);
    const { id, createdAt: time } = order;
    const accepted = ok({ type: 'order.accepted', id, time } as const);
    assert.deepEqual(await exchange.submit(order, 'its name'), accepted);
    assert.deepEqual(await exchange.find('its name', order), accepted);
    const canceled = await exchange.cancel(id, 'its name');
    assert.ok(canceled.ok && canceled.value.type === 'order.canceled');
    tell(canceled.value);
    for (const answer of [
      await exchange.find('its name', order),
      await exchange.cancel(id, 'its name'),
    ])
      assert.deepEqual(answer.ok || [answer.error.code, answer.error.retry], ['not-found', false]);
  });
});
