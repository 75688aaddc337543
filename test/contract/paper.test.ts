import { MINUTE_MS } from '../../src/base/time.ts';
import { BTC, contractFor } from '../fixtures/paper-world.ts';
import { exchangeContract } from './exchange.contract.ts';
import { paperAccount } from './paper-account.ts';

exchangeContract('paper', ({ thin }) => {
  let [time, open] = [0, 100];
  return paperAccount({
    contracts: [contractFor(BTC)],
    near: 1,
    // Seven lots of a candle.
    volumeShare: thin ? 0.007 : 1,
    next(towards) {
      const close = towards === null ? open : towards + Math.sign(towards - open) / 2;
      const [low, high] = [Math.min(open, close), Math.max(open, close)];
      const candle = { symbol: BTC, time, open, high, low, close, volume: 10 };
      [time, open] = [time + MINUTE_MS, close];
      return [candle];
    },
  });
});
