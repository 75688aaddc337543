import type { Candle } from '../../src/core/market.ts';
import { simulatedFeed } from '../../src/exchange/simulated.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { exchangeContract } from './exchange.contract.ts';
import { paperAccount } from './paper-account.ts';

/** Of a market that comes to every price it is waited for at, within minutes. */
const SEED = 2;

/** Paper fills on the contracts and candles that `npm start` trades: they go where they go. */
exchangeContract('the simulated market', ({ thin }) => {
  const market = createSimulatedMarket(SEED);
  return paperAccount({
    contracts: simulatedFeed({ seed: SEED }).contracts,
    near: 25,
    // Some lots of a candle.
    volumeShare: thin ? 0.0006 : 0.1,
    next() {
      const candles: Candle[] = [];
      market.next(candles);
      return candles;
    },
  });
});
