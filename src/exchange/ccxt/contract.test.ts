import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import { Fault } from '../../base/fault.ts';
import { toUnits } from '../../base/money.ts';
import { stepOf } from './account.ts';
import { findMarket, type ListedMarket, liveMarket, tiersFrom } from './contract.ts';
import type { Client } from './load.ts';
import { DIALECTS } from './venue.ts';

const BTC: ListedMarket = {
  ...{ symbol: 'BTC/USDT:USDT', quote: 'USDT', settle: 'USDT', swap: true, linear: true },
  ...{ active: true, contractSize: 0.001, maker: 0.0002, taker: 0.0006 },
  precision: { amount: 1, price: 0.1 },
  limits: { amount: { min: 1 }, cost: {}, leverage: { max: 125 } },
};
const listed = {
  'BTC/USDT:USDT': BTC,
  'BTC/USD:BTC': { ...BTC, symbol: 'BTC/USD:BTC', quote: 'USD', settle: 'BTC', linear: false },
  'BTC/USDC:USDC': { ...BTC, symbol: 'BTC/USDC:USDC', quote: 'USDC', settle: 'USDC' },
  'ETH/USDT:USDT': { ...BTC, symbol: 'ETH/USDT:USDT', active: false },
};
const find = (pair: string) => findMarket(listed, { id: 'kucoinfutures', pair });

/** A client that tells these tiers; null: it tells none. */
const telling = (tiers: unknown): Parameters<typeof liveMarket>[0] =>
  ({
    has: { fetchMarketLeverageTiers: tiers !== null },
    fetchMarketLeverageTiers: async () => {
      if (tiers instanceof Error) throw tiers;
      return tiers;
    },
  }) as unknown as Client;
const TIERS = [
  { maxNotional: 2_000_000, maintenanceMarginRate: 0.01 },
  { maxNotional: 250_000, maintenanceMarginRate: 0.004 },
];

describe('the rules of a pair', () => {
  it('are the exchange’s: steps, lots in base units, tiers, leverage, fees', async () => {
    const market = await liveMarket(telling(TIERS), 'kucoinfutures', BTC);
    assert.deepEqual(market, {
      contract: {
        ...{ symbol: 'BTC/USDT:USDT', priceStep: 0.1, lotSize: 0.001, notionalMin: 0 },
        leverageMax: 125,
        tiers: [
          { notionalMax: toUnits(250_000), rate: 0.004 },
          { notionalMax: toUnits(2_000_000), rate: 0.01 },
        ],
      },
      volumeUnit: 0.001,
      fees: { maker: 0.0002, taker: 0.0006 },
    });
  });

  it('volume is taken as it is where the exchange counts in coins', async () => {
    const { volumeUnit } = await liveMarket(telling(TIERS), 'bybit', BTC);
    assert.equal(volumeUnit, 1);
  });

  it('tiers that are not told are the careful ones of tapes', async () => {
    for (const tiers of [null, new Error('a key is needed'), []]) {
      const { contract } = await liveMarket(telling(tiers), 'binanceusdm', BTC);
      assert.equal(contract.tiers[0]?.rate, 0.004);
      assert.equal(contract.tiers.length, 6);
    }
  });

  it('tiers ascend, end where money can be counted, and never grow milder', () => {
    const tiers = tiersFrom([
      { maxNotional: 1000, maintenanceMarginRate: 0.01 },
      { maxNotional: 2000, maintenanceMarginRate: 0.005 },
      { maxNotional: 3000, maintenanceMarginRate: 0 },
      { maxNotional: 1e12, maintenanceMarginRate: 0.5 },
      { maintenanceMarginRate: 0.6 },
    ]);
    assert.deepEqual(
      tiers.map(({ rate }) => rate),
      [0.01, 0.01, 0.5],
    );
    assert.ok((tiers.at(-1)?.notionalMax ?? 0) <= Number.MAX_SAFE_INTEGER);
  });

  for (const id of Object.keys(DIALECTS))
    it(`${id}: a lot is the step of sizes, and an entry of so many as are taken at least`, async () => {
      const { client } = await stubExchange(id, () => ({}));
      const listedMarket = client.market(symbolOf(id)) as unknown as ListedMarket;
      const step = stepOf(client, symbolOf(id));
      for (const [min, lotsMin] of [
        [step, undefined],
        [5 * step, 5],
        [2.5 * step, 3],
      ] as const) {
        const market = { ...listedMarket, limits: { amount: { min } } };
        const { contract } = await liveMarket(telling(TIERS), id, market);
        const inCoins = (listedMarket.contractSize ?? 1) * step;
        assert.ok(Math.abs(contract.lotSize - inCoins) < inCoins * 1e-12);
        assert.equal(contract.lotsMin, lotsMin);
      }
    });

  it('a market that does not tell its steps is refused', async () => {
    await assert.rejects(liveMarket(telling(TIERS), 'okx', { ...BTC, precision: {} }), Fault);
  });
});

describe('a pair', () => {
  it('is found by ccxt’s name', () => {
    assert.equal(find('BTC/USDT:USDT'), BTC);
  });

  for (const [pair, message] of [
    ['BTC/USDT', /has no BTC\/USDT; did you mean BTC\/USDT:USDT or BTC\/USDC:USDC\?/],
    ['BCT/USDT:USDT', /did you mean BTC\/USDT:USDT\?/],
    ['NOTHING/LIKE:IT', /write pairs like BTC\/USDT:USDT/],
    ['BTC/USD:BTC', /no linear perpetual/],
    ['ETH/USDT:USDT', /not traded on kucoinfutures now/],
  ] as const)
    it(`${pair} is refused with a remedy`, () => {
      assert.throws(
        () => find(pair),
        (error: Fault) => {
          assert.equal(error.exitCode, 64);
          assert.match(`${error.message}; ${error.remedy}`, message);
          return true;
        },
      );
    });
});
