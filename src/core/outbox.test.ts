import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Order } from './order.ts';
import { byAge, waitingOrders } from './outbox.ts';

const order = (id: string, createdAt: number): Order => ({
  id,
  epoch: 1,
  symbol: 'X',
  side: 'buy',
  kind: 'market',
  lots: 1,
  price: null,
  trigger: null,
  trail: null,
  reduceOnly: false,
  leverage: 1,
  createdAt,
  expiresAt: 9,
  strategy: '',
  exitReason: null,
  protection: null,
  models: { signal: 0, deep: 0 },
});

it('orders wait in the order of their approval, whatever the order of keys', () => {
  const sent = [order('9-2', 1), order('9-10', 1), order('10-1', 1), order('2-0', 3)];
  for (const keys of [sent, [...sent].reverse()]) {
    const outbox = Object.fromEntries(keys.map(order => [order.id, { order }]));
    assert.deepEqual(waitingOrders(outbox), sent);
  }
});

it('legs of one entry have one order too', () => {
  const legs = ['7-1.trail', '7-1.stop', '7-1.target'].map(id => order(id, 1)).sort(byAge);
  assert.deepEqual(
    legs.map(({ id }) => id),
    ['7-1.stop', '7-1.target', '7-1.trail'],
  );
});
