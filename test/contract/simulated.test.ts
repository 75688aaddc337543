import { must } from '../../src/base/assert.ts';
import type { Candle } from '../../src/core/market.ts';
import { simulatedFeed } from '../../src/exchange/simulated.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { BTC, createWorld } from '../fixtures/paper-world.ts';
import { exchangeContract } from './exchange.contract.ts';
import { limitOrder, reckless } from './resting-order.ts';

/** Paper fills on the contracts and candles that `npm start` trades. */
exchangeContract('the simulated market', () => {
  const world = createWorld({ contracts: simulatedFeed({ seed: 1 }).contracts });
  const candles: Candle[] = [];
  const market = createSimulatedMarket(1);
  for (let minute = 0; minute < 3; minute += 1) market.next(candles);
  const bitcoin = candles.filter(({ symbol }) => symbol === BTC);
  const quietCandle = must(bitcoin.pop(), 'a candle');
  for (const candle of bitcoin) world.candle(candle);
  const resting = (id: string) =>
    limitOrder(id, { price: Math.round(quietCandle.close / 2), time: world.now });
  return {
    exchange: world.exchange,
    resting,
    refused: id => reckless(resting(id)),
    quietCandle,
    approve: order => world.tell({ type: 'order.approved', order }),
    tell: report => world.tell(report),
  };
});
