/**
 * What each exchange says of fills, funding, positions and the wallet, in its documents' shape.
 *
 * Promises: the same money everywhere: a buy of three lots, funding paid on them, three lots short, a
 * wallet of 1000.1234568. Never: a recording; each is written here by hand.
 */
import { bybit, kc, okx } from './envelope.ts';
import type { Answer } from './stub-exchange.ts';

/** Lately: one stretch of time is asked for. */
export const TIME = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const SECONDS = TIME / 1000;

export interface Told {
  /** By the end of the path, or by the type that is asked for in the body. */
  readonly fills: readonly [where: string, answer: Answer];
  readonly funding: readonly [where: string, answer: Answer];
  readonly positions: readonly [where: string, answer: Answer];
  readonly wallet: readonly [where: string, answer: Answer];
}

/** A buy of three lots at 65,000.1 for a fee of 0.11700018 (a maker's rebate is in the books). */
export const TOLD: Readonly<Record<string, Told>> = {
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
    wallet: [
      '/futures/usdt/accounts',
      { total: '1000.1234568', unrealised_pnl: '5', currency: 'USDT' },
    ],
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

export const EMPTY: Readonly<Record<string, Answer>> = {
  kucoinfutures: kc([]),
  binanceusdm: [],
  bybit: bybit(),
  okx: okx(),
  gate: [],
  hyperliquid: [],
};
