import { BTC, createWorld } from '../fixtures/paper-world.ts';
import { exchangeContract } from './exchange.contract.ts';
import { limitOrder, reckless } from './resting-order.ts';

exchangeContract('paper', () => {
  const world = createWorld();
  world.candle({ open: 100 });
  const resting = (id: string) => limitOrder(id, { price: 50, time: world.now });
  return {
    exchange: world.exchange,
    resting,
    refused: id => reckless(resting(id)),
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
