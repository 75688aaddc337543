import { approve, type Order } from '../../src/core/order.ts';
import { BTC, createWorld } from '../fixtures/paper-world.ts';
import { exchangeContract } from './exchange.contract.ts';

exchangeContract('paper', () => {
  const world = createWorld();
  world.candle({ open: 100 });
  const resting = (id: string): Order => ({
    id,
    epoch: 1,
    symbol: BTC,
    side: 'buy',
    kind: 'limit',
    lots: 100,
    price: 50,
    trigger: null,
    trail: null,
    reduceOnly: false,
    leverage: 2,
    createdAt: world.now,
    expiresAt: world.now + 10 * 60_000,
    strategy: 'test',
    exitReason: null,
    protection: null,
    models: { signal: 0, deep: 0 },
  });
  return {
    exchange: world.exchange,
    resting: id => approve(resting(id)),
    refused: id => approve({ ...resting(id), leverage: 1000 }),
    quietCandle: {
      symbol: BTC,
      time: world.now,
      open: 100,
      high: 101,
      low: 99,
      close: 100,
      volume: 10,
    },
    approve: order => world.tell({ type: 'order.approved', order }),
    tell: report => world.tell(report),
  };
});
