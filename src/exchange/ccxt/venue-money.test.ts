import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { VenueFill, VenueFunding, VenuePosition } from '../../core/venue.ts';
import { ccxtVenue, DIALECTS } from './venue.ts';

/** Lately: one stretch of time is asked for. */
const TIME = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const SECONDS = TIME / 1000;

interface Told {
  /** By the end of the path, or by the type that is asked for in the body. */
  readonly fills: readonly [where: string, answer: Answer];
  readonly funding: readonly [where: string, answer: Answer];
  readonly positions: readonly [where: string, answer: Answer];
  readonly wallet: readonly [where: string, answer: Answer];
}

const kc = (data: unknown): Answer => ({ code: '200000', data });
const bybit = (...list: object[]): Answer => ({ retCode: 0, retMsg: 'OK', result: { list } });
const okx = (...data: object[]): Answer => ({ code: '0', data, msg: '' });

/** A buy of three lots at 65,000.1 for a fee of 0.11700018 (a maker's rebate is in the books). */
const TOLD: Readonly<Record<string, Told>> = {
  kucoinfutures: {
    fills: [
      '/fills',
      kc({
        items: [
          {
            ...{
              symbol: 'XBTUSDTM',
              tradeId: 'F1',
              orderId: 'O1',
              side: 'buy',
              liquidity: 'taker',
            },
            ...{ price: '65000.1', size: 3, value: '195.0003', feeRate: '0.0006', fixFee: '0' },
            ...{ fee: '0.11700018', feeCurrency: 'USDT', settleCurrency: 'USDT', stop: '' },
            ...{ openFeePay: '0.11700018', closeFeePay: '0', tradeType: 'trade' },
            ...{ tradeTime: TIME * 1_000_000, createdAt: TIME },
          },
        ],
      }),
    ],
    funding: [
      '/funding-history',
      kc({
        dataList: [
          {
            ...{ id: 1, symbol: 'XBTUSDTM', timePoint: TIME, fundingRate: 0.0001 },
            ...{ markPrice: 65000, positionQty: 3, positionCost: 195, funding: -0.0195 },
            settleCurrency: 'USDT',
          },
        ],
        hasMore: false,
      }),
    ],
    positions: [
      '/positions',
      kc([
        {
          ...{ id: 'P1', symbol: 'XBTUSDTM', crossMode: false, currentQty: -3, isOpen: true },
          ...{ avgEntryPrice: 65000.1, realLeverage: 4.87, leverage: 5, markPrice: 65000 },
          ...{ openingTimestamp: TIME, currentTimestamp: TIME + 9, posCost: 195, posInit: 39 },
          ...{ unrealisedPnl: 0.1, settleCurrency: 'USDT', marginMode: 'ISOLATED' },
        },
        { id: 'P2', symbol: 'XBTUSDTM', currentQty: 0, isOpen: false, avgEntryPrice: 0 },
      ]),
    ],
    wallet: [
      '/account-overview',
      kc({ accountEquity: 1000.12345679, unrealisedPNL: -0.00000001, currency: 'USDT' }),
    ],
  },
  binanceusdm: {
    fills: [
      '/userTrades',
      [
        {
          ...{
            symbol: 'BTCUSDT',
            id: 71,
            orderId: 11,
            side: 'BUY',
            price: '65000.1',
            qty: '0.003',
          },
          ...{ quoteQty: '195.0003', commission: '0.11700018', commissionAsset: 'USDT' },
          ...{ realizedPnl: '0', maker: false, buyer: true, positionSide: 'BOTH', time: TIME },
        },
      ],
    ],
    funding: [
      '/income',
      [
        {
          ...{ symbol: 'BTCUSDT', incomeType: 'FUNDING_FEE', income: '-0.01950000' },
          ...{ asset: 'USDT', time: TIME, tranId: 1, info: '', tradeId: '' },
        },
      ],
    ],
    positions: [
      '/positionRisk',
      [
        {
          ...{ symbol: 'BTCUSDT', positionSide: 'BOTH', positionAmt: '-0.003' },
          ...{
            entryPrice: '65000.1',
            breakEvenPrice: '65000',
            markPrice: '65000',
            notional: '-195',
          },
          ...{ unRealizedProfit: '0.1', liquidationPrice: '78000', isolatedMargin: '39.1' },
          ...{ isolatedWallet: '39', initialMargin: '39', maintMargin: '1', updateTime: TIME },
          ...{ leverage: '5', marginAsset: 'USDT', marginType: 'isolated' },
        },
      ],
    ],
    wallet: [
      '/account',
      {
        ...{ totalWalletBalance: '1000.12345680', positions: [] },
        assets: [
          { asset: 'BNB', walletBalance: '1', unrealizedProfit: '0', marginBalance: '1' },
          { asset: 'USDT', walletBalance: '1000.12345680', unrealizedProfit: '5' },
        ],
      },
    ],
  },
  bybit: {
    fills: [
      '/execution/list Trade',
      bybit({
        ...{ symbol: 'BTCUSDT', execId: 'F1', orderId: 'O1', side: 'Buy', execPrice: '65000.1' },
        ...{ execQty: '0.003', execFee: '0.11700018', feeCurrency: 'USDT', isMaker: false },
        ...{ execType: 'Trade', execTime: String(TIME), execValue: '195.0003', feeRate: '0.0006' },
      }),
    ],
    funding: [
      '/execution/list Funding',
      bybit({
        ...{ symbol: 'BTCUSDT', execId: 'F2', side: 'Sell', execFee: '0.0195', feeRate: '0.0001' },
        ...{ execType: 'Funding', execTime: String(TIME), execValue: '195' },
      }),
    ],
    positions: [
      '/position/list',
      bybit({
        ...{ symbol: 'BTCUSDT', side: 'Sell', size: '0.003', avgPrice: '65000.1', leverage: '5' },
        ...{ positionValue: '195', markPrice: '65000', unrealisedPnl: '0.1', tradeMode: 1 },
        ...{ createdTime: String(TIME), updatedTime: String(TIME), positionIdx: 0 },
      }),
    ],
    wallet: [
      '/wallet-balance',
      bybit({
        accountType: 'UNIFIED',
        coin: [{ coin: 'USDT', walletBalance: '1000.1234568', equity: '1005', unrealisedPnl: '5' }],
      }),
    ],
  },
  okx: {
    fills: [
      '/fills-history',
      okx({
        ...{ instType: 'SWAP', instId: 'BTC-USDT-SWAP', tradeId: 'F1', ordId: '11', side: 'buy' },
        ...{ fillPx: '65000.1', fillSz: '0.03', fee: '-0.11700018', feeCcy: 'USDT' },
        ...{ execType: 'T', subType: '1', ts: String(TIME), billId: '1', clOrdId: '' },
      }),
    ],
    funding: [
      '/bills-archive',
      okx({
        ...{ instId: 'BTC-USDT-SWAP', ccy: 'USDT', type: '8', subType: '173', billId: '2' },
        ...{ balChg: '0', posBalChg: '-0.0195', ts: String(TIME), mgnMode: 'isolated' },
      }),
    ],
    positions: [
      '/account/positions',
      okx({
        ...{ instId: 'BTC-USDT-SWAP', posSide: 'net', pos: '-0.03', avgPx: '65000.1', lever: '5' },
        ...{ mgnMode: 'isolated', cTime: String(TIME), uTime: String(TIME), notionalUsd: '195' },
        ...{ markPx: '65000', upl: '0.1', imr: '', margin: '39', mmr: '1' },
      }),
    ],
    wallet: [
      '/account/balance',
      okx({ details: [{ ccy: 'USDT', cashBal: '1000.1234568', eq: '1005.1', upl: '5' }] }),
    ],
  },
  gate: {
    fills: [
      '/my_trades_timerange',
      [
        {
          ...{
            trade_id: 'F1',
            create_time: SECONDS,
            contract: 'BTC_USDT',
            order_id: '11',
            size: 3,
          },
          ...{ price: '65000.1', role: 'taker', text: 't-x', fee: '0.11700018', point_fee: '0' },
        },
      ],
    ],
    funding: [
      '/account_book',
      [{ time: SECONDS, change: '-0.0195', balance: '1000', type: 'fund', text: 'BTC_USDT' }],
    ],
    positions: [
      '/positions',
      [
        {
          ...{ contract: 'BTC_USDT', size: -3, entry_price: '65000.1', leverage: '5' },
          ...{ value: '195', mark_price: '65000', margin: '39', unrealised_pnl: '0.1' },
          ...{
            maintenance_rate: '0.005',
            mode: 'single',
            open_time: SECONDS,
            update_time: SECONDS,
          },
          initial_margin: '39',
        },
      ],
    ],
    wallet: ['/accounts', { total: '1000.1234568', unrealised_pnl: '5', currency: 'USDT' }],
  },
  hyperliquid: {
    fills: [
      'userFillsByTime',
      [
        {
          ...{
            coin: 'BTC',
            tid: 71,
            oid: 11,
            side: 'B',
            px: '65000.1',
            sz: '0.00003',
            dir: 'Open',
          },
          ...{ fee: '0.11700018', feeToken: 'USDC', time: TIME, crossed: true, closedPnl: '0' },
        },
      ],
    ],
    funding: [
      'userFunding',
      [
        {
          ...{ time: TIME, hash: '0x0' },
          delta: {
            type: 'funding',
            coin: 'BTC',
            usdc: '-0.0195',
            szi: '-3',
            fundingRate: '0.0001',
          },
        },
      ],
    ],
    positions: [
      'clearinghouseState',
      {
        assetPositions: [
          {
            type: 'oneWay',
            position: {
              ...{ coin: 'BTC', szi: '-0.00003', entryPx: '65000.1', unrealizedPnl: '-5.00000001' },
              ...{ leverage: { type: 'isolated', value: 5, rawUsd: '1' }, marginUsed: '39' },
              ...{ positionValue: '195', returnOnEquity: '0', liquidationPx: '78000' },
            },
          },
        ],
        marginSummary: { accountValue: '995.12345679', totalMarginUsed: '39' },
      },
    ],
    wallet: [
      'clearinghouseState',
      {
        assetPositions: [{ position: { coin: 'BTC', unrealizedPnl: '-5.00000001' } }],
        marginSummary: { accountValue: '995.12345679', totalMarginUsed: '39' },
      },
    ],
  },
};

const isAsked = (where: string, { path, query, body }: Sent): boolean => {
  const [end = '', kind = ''] = where.split(' ');
  if (!end.startsWith('/')) return (body as { readonly type?: unknown })?.type === end;
  return path.endsWith(end) && (kind === '' || query['execType'] === kind);
};

const EMPTY: Readonly<Record<string, Answer>> = {
  kucoinfutures: kc([]),
  binanceusdm: [],
  bybit: bybit(),
  okx: okx(),
  gate: [],
  hyperliquid: [],
};

async function venueTold(exchange: string, [where, answer]: readonly [string, Answer]) {
  const { client, sent } = await stubExchange(exchange, asked =>
    isAsked(where, asked) ? answer : (EMPTY[exchange] as Answer),
  );
  // Binance's tiers are another request, which is not of interest here.
  Object.assign(client, { loadLeverageBrackets: async () => ({}) });
  if (exchange === 'hyperliquid') Object.assign(client, { coinToMarketId: () => '0' });
  return { venue: ccxtVenue(client), sent };
}

const NO_RATE = ['binanceusdm', 'okx', 'gate'];
const IDS: Readonly<Record<string, readonly [string, string]>> = {
  ...{ kucoinfutures: ['F1', 'O1'], binanceusdm: ['71', '11'], bybit: ['F1', 'O1'] },
  ...{ okx: ['F1', '11'], gate: ['F1', '11'], hyperliquid: ['71', '11'] },
};

for (const exchange of Object.keys(DIALECTS)) {
  const symbol = symbolOf(exchange);
  const told = TOLD[exchange] as Told;
  const [fillId, venueId] = IDS[exchange] as readonly [string, string];

  describe(`money at ${exchange}`, () => {
    const fill: VenueFill = {
      ...{ fillId, venueId, symbol, side: 'buy', price: 65_000.1, lots: 3, fee: 11_700_018 },
      ...{ liquidity: 'taker', liquidation: false, time: TIME },
    };
    it('a fill is told with its fee, to the last unit', async () => {
      const { venue } = await venueTold(exchange, told.fills);
      assert.deepEqual(await venue.fills(symbol, TIME), { ok: true, value: [fill] });
    });

    it('a fill from before is left out', async () => {
      const { venue } = await venueTold(exchange, told.fills);
      assert.deepEqual(await venue.fills(symbol, TIME + 1000), { ok: true, value: [] });
    });

    it('funding that was paid is positive', async () => {
      const payment: VenueFunding = {
        ...{ symbol, time: TIME, amount: 1_950_000 },
        rate: NO_RATE.includes(exchange) ? null : 0.0001,
      };
      const { venue } = await venueTold(exchange, told.funding);
      assert.deepEqual(await venue.funding(symbol, TIME), { ok: true, value: [payment] });
    });

    it('a position is told in lots', async () => {
      const { venue } = await venueTold(exchange, told.positions);
      const answer = await venue.positions();
      assert.ok(answer.ok, JSON.stringify(answer));
      const [position] = answer.value as readonly [VenuePosition];
      assert.equal(answer.value.length, 1);
      assert.deepEqual(
        { ...position, time: 0 },
        { symbol, direction: 'short', lots: 3, entryPrice: 65_000.1, leverage: 5, time: 0 },
      );
    });

    it('the wallet has no unrealised profit in it', async () => {
      const { venue } = await venueTold(exchange, told.wallet);
      assert.deepEqual(await venue.wallet(), { ok: true, value: 100_012_345_680 });
    });

    it('nothing at all is an empty list', async () => {
      const { client } = await stubExchange(exchange, () =>
        exchange === 'kucoinfutures'
          ? kc({ items: [], dataList: [] })
          : (EMPTY[exchange] as Answer),
      );
      const venue = ccxtVenue(client);
      for (const answer of [await venue.fills(symbol, TIME), await venue.funding(symbol, TIME)])
        assert.deepEqual(answer, { ok: true, value: [] });
    });

    for (const text of ['', 'hello', '{"code":"200000"', '"list"', 'null'])
      it(`${JSON.stringify(text)} is no empty list`, async () => {
        const { client } = await stubExchange(exchange, () => ({ status: 200, text }));
        const venue = ccxtVenue(client);
        for (const answer of [
          await venue.fills(symbol, TIME),
          await venue.funding(symbol, TIME),
          await venue.positions(),
          await venue.openOrders(symbol),
          await venue.wallet(),
        ])
          assert.ok(!answer.ok, JSON.stringify(answer));
      });
  });
}

describe('fees', () => {
  it('in another currency are told, and not counted as one of ours', async () => {
    const { venue } = await venueTold('binanceusdm', [
      '/userTrades',
      [
        {
          ...{
            symbol: 'BTCUSDT',
            id: 71,
            orderId: 11,
            side: 'BUY',
            price: '65000.1',
            qty: '0.003',
          },
          ...{ quoteQty: '195', commission: '0.0002', commissionAsset: 'BNB', time: TIME },
        },
      ],
    ]);
    const answer = await venue.fills('BTC/USDT:USDT', TIME);
    assert.match(answer.ok ? '' : answer.error.hint, /a fee was taken in BNB/);
  });

  it('that a maker is given are negative', async () => {
    const [where, answer] = (TOLD['kucoinfutures'] as Told).fills;
    const rebate = JSON.parse(JSON.stringify(answer).replace('"0.11700018"', '"-0.00975001"'));
    const { venue } = await venueTold('kucoinfutures', [where, rebate]);
    const fills = await venue.fills('BTC/USDT:USDT', TIME);
    assert.equal(fills.ok && fills.value[0]?.fee, -975_001);
  });
});
