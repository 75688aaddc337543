/**
 * An account on paper: the courier and the candles of the bot's loop, over a market of any kind.
 *
 * The exchange on paper has no books beside the ledger's: where the two are compared here, it is with itself.
 */
import { type Courier, createCourier, errandsOf } from '../../src/app/courier.ts';
import { must } from '../../src/base/assert.ts';
import type { Candle, Contract } from '../../src/core/market.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { paperExchange } from '../../src/exchange/paper.ts';
import { booksOf } from '../../src/trade/portfolio.ts';
import { DIRECTORY, Ledger } from '../fixtures/ledger.ts';
import { BTC, NO_FUNDING } from '../fixtures/paper-world.ts';
import { type AccountUnderTest, PATIENCE } from './account.ts';

export interface PaperMarket {
  readonly contracts: readonly Contract[];
  readonly near: number;
  /** The largest share of a candle's volume that an order takes. */
  readonly volumeShare: number;
  /** The next minute's candles; `towards`: a price to trade through, where it can be told to. */
  next(towards: number | null): readonly Candle[];
}

export async function paperAccount(market: PaperMarket): Promise<AccountUnderTest> {
  const { contracts, near, volumeShare } = market;
  const ledger = new Ledger();
  const { world } = ledger;
  // No place for a trade of the policy's own.
  ledger.bind({ mode: 'tape', contracts }, { ...DEFAULT_SETTINGS, volumeShare, maxOpenTrades: 0 });
  const mark = () => must(world.portfolio.marks[BTC], 'a price');
  const open = () => openPaper(ledger);
  let { exchange, courier } = open();

  async function minute(towards: number | null): Promise<Candle> {
    const candles = market.next(towards);
    for (const candle of candles) {
      ledger.commit({ kind: 'candle', candle, reports: exchange.advance(candle) });
      await courier.deliver();
    }
    return must(
      candles.find(({ symbol }) => symbol === BTC),
      'a candle',
    );
  }

  await minute(null);
  return {
    ...{ ledger, near, price: () => mark().price, now: () => mark().time },
    deliver: () => courier.deliver(),
    async pass() {
      await minute(null);
    },
    async tradeThrough(price) {
      for (let count = 0; count < PATIENCE; count += 1) {
        const { low, high } = await minute(price);
        if (low < price && price < high) return;
      }
      throw new Error(`the market never came to ${price}`);
    },
    restart() {
      ({ exchange, courier } = open());
    },
    there() {
      const { orders, balance: wallet } = booksOf(world.portfolio);
      return { lots: ledger.lots(BTC), orders: Object.keys(orders).length, wallet };
    },
  };
}

function openPaper(ledger: Ledger) {
  const { world } = ledger;
  const exchange = paperExchange({
    books: () => booksOf(world.portfolio),
    settings: () => world.run.settings,
    contractOf: symbol => world.portfolio.contracts[symbol],
    funding: NO_FUNDING,
    timeframeMs: world.run.settings.timeframeMs,
    lastClose: symbol => world.portfolio.marks[symbol] ?? null,
  });
  const commit = ledger.commit.bind(ledger);
  const courier: Courier = createCourier({
    ...{ ...errandsOf(world), exchange, directory: DIRECTORY, commit },
  });
  return { exchange, courier };
}
