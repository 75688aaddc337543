/**
 * What each exchange says of an order and of a stop, in its documents' shape.
 *
 * Promises: the same everywhere: three lots of BTC are sold, reduce-only, the stop at 60,000. Never: a
 * recording; each is written here by hand.
 */
import type { Answer } from './stub-exchange.ts';

/** As ours are; Gate has its own form of them. */
export const ID = `hf${'0123456789abcdef'.repeat(2).slice(0, 30)}`;
export const GATE_ID = `t-hf${Buffer.from(ID.slice(2), 'hex').toString('base64url')}`;
export const TIME = 1_700_000_000_000;

export const binanceOrder = (own: object): Answer => ({
  ...{ orderId: 11, clientOrderId: ID, symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET' },
  ...{ origQty: '0.003', executedQty: '0.000', status: 'NEW', reduceOnly: true, price: '0' },
  ...{ cumQuote: '0', positionSide: 'BOTH', time: TIME, updateTime: TIME, timeInForce: 'GTC' },
  ...own,
});
export const binanceStop = (own: object): Answer => ({
  ...{ algoId: 5, clientAlgoId: ID, algoType: 'CONDITIONAL', orderType: 'STOP_MARKET' },
  ...{ symbol: 'BTCUSDT', side: 'SELL', positionSide: 'BOTH', quantity: '0.003' },
  ...{ algoStatus: 'NEW', triggerPrice: '60000', price: '0', actualOrderId: '', reduceOnly: true },
  ...{ createTime: TIME, updateTime: TIME, timeInForce: 'GTC' },
  ...own,
});
export const bybitOrder = (own: object) => ({
  ...{ orderId: '5', orderLinkId: ID, symbol: 'BTCUSDT', side: 'Sell', orderType: 'Market' },
  ...{ qty: '0.003', cumExecQty: '0.000', leavesQty: '0.003', orderStatus: 'Untriggered' },
  ...{ triggerPrice: '60000', triggerDirection: 2, reduceOnly: true, createdTime: String(TIME) },
  ...{ price: '', avgPrice: '', tpslMode: '', updatedTime: String(TIME), stopOrderType: 'Stop' },
  ...own,
});
export const okxStop = (own: object) => ({
  ...{ algoId: '5', algoClOrdId: ID, clOrdId: '', ordId: '', instId: 'BTC-USDT-SWAP' },
  ...{ instType: 'SWAP', side: 'sell', ordType: 'conditional', sz: '0.03', state: 'live' },
  ...{ slTriggerPx: '60000', slOrdPx: '-1', tpTriggerPx: '', tpOrdPx: '', reduceOnly: 'true' },
  ...{ cTime: String(TIME), actualSz: '' },
  ...own,
});
export const okxOrder = (own: object) => ({
  ...{ ordId: '11', clOrdId: ID, instId: 'BTC-USDT-SWAP', instType: 'SWAP', side: 'sell' },
  ...{ ordType: 'market', sz: '0.03', accFillSz: '0.03', state: 'filled', reduceOnly: 'true' },
  ...{ cTime: String(TIME), uTime: String(TIME), px: '', avgPx: '59999' },
  ...own,
});
export const gateStop = (own: object): object => ({
  ...{ id: 5, status: 'open', create_time: TIME / 1000, trade_id: 0 },
  ...{ trigger: { price: '60000', price_type: 0, rule: 2 } },
  initial: {
    ...{ contract: 'BTC_USDT', size: -3, price: '0', tif: 'ioc', text: GATE_ID },
    ...{ is_reduce_only: true, reduce_only: true },
  },
  ...own,
});
export const gateOrder = (own: object): object => ({
  ...{ id: 11, contract: 'BTC_USDT', size: -3, left: 0, price: '0', tif: 'ioc', text: GATE_ID },
  ...{ status: 'finished', finish_as: 'filled', is_reduce_only: true, create_time: TIME / 1000 },
  ...own,
});
export const hyper = (status: string, own: object = {}): Answer => ({
  status: 'order',
  order: {
    order: {
      ...{ coin: 'BTC', oid: 5, cloid: `0xf0${ID.slice(2)}`, side: 'A', isTrigger: true },
      ...{ triggerPx: '60000', orderType: 'Stop Market', origSz: '0.00003', sz: '0.00003' },
      ...{ reduceOnly: true, limitPx: '57000', tif: null, timestamp: TIME, children: [] },
      ...own,
    },
    ...{ status, statusTimestamp: TIME },
  },
});
