import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { Ticket } from '../../core/venue.ts';
import { ccxtVenue, DIALECTS } from './venue.ts';

const ID = `hf${'0123456789abcdef'.repeat(2).slice(0, 30)}`;
const GATE_ID = `t-hf${Buffer.from(ID.slice(2), 'hex').toString('base64url')}`;
const HYPER_ID = `0xf0${ID.slice(2)}`;

const KINDS = {
  market: { side: 'buy', kind: 'market', price: null, trigger: null, reduceOnly: false },
  close: { side: 'sell', kind: 'market', price: null, trigger: null, reduceOnly: true },
  limit: { side: 'sell', kind: 'limit', price: 65_000, trigger: null, reduceOnly: false },
  stop: { side: 'sell', kind: 'stop', price: null, trigger: 60_000, reduceOnly: true },
  target: { side: 'buy', kind: 'take_profit', price: null, trigger: 55_000, reduceOnly: true },
} as const;
type KindName = keyof typeof KINDS;

const ticketOf = (exchange: string, name: KindName): Ticket => ({
  ...{ clientId: ID, symbol: symbolOf(exchange), lots: 3, leverage: 5 },
  ...KINDS[name],
});

/** What each exchange says when it has taken an order: its documents' shape. */
const TAKEN: Readonly<Record<string, Answer>> = {
  kucoinfutures: { code: '200000', data: { orderId: 'O1', clientOid: ID } },
  binanceusdm: { orderId: 11, algoId: 11, symbol: 'BTCUSDT', status: 'NEW' },
  bybit: { retCode: 0, retMsg: 'OK', result: { orderId: 'O1', orderLinkId: ID } },
  okx: { code: '0', data: [{ ordId: '11', algoId: '', clOrdId: ID, sCode: '0', sMsg: '' }] },
  gate: { id: 11, contract: 'BTC_USDT', size: 3, price: '0', tif: 'ioc', text: GATE_ID },
  hyperliquid: {
    status: 'ok',
    response: { type: 'order', data: { statuses: [{ resting: { oid: 11 } }] } },
  },
};

/** Where it is sent, and what: for each kind. */
const SENT: Readonly<Record<string, Readonly<Record<KindName, readonly [string, object]>>>> = {
  kucoinfutures: all('POST /api/v1/orders', {
    base: { clientOid: ID, symbol: 'XBTUSDTM', leverage: 5, marginMode: 'ISOLATED', size: 3 },
    market: { side: 'buy', type: 'market' },
    close: { side: 'sell', type: 'market', reduceOnly: true },
    limit: { side: 'sell', type: 'limit', price: '65000' },
    stop: {
      ...{ side: 'sell', type: 'market', reduceOnly: true },
      ...{ stop: 'down', stopPrice: '60000', stopPriceType: 'TP' },
    },
    target: {
      ...{ side: 'buy', type: 'market', reduceOnly: true },
      ...{ stop: 'down', stopPrice: '55000', stopPriceType: 'TP' },
    },
  }),
  binanceusdm: {
    ...all('POST /fapi/v1/order', {
      base: {
        symbol: 'BTCUSDT',
        newClientOrderId: ID,
        newOrderRespType: 'RESULT',
        quantity: '0.003',
      },
      market: { side: 'BUY', type: 'MARKET' },
      close: { side: 'SELL', type: 'MARKET', reduceOnly: 'true' },
      limit: { side: 'SELL', type: 'LIMIT', price: '65000', timeInForce: 'GTC' },
      ...{ stop: {}, target: {} },
    }),
    stop: [
      'POST /fapi/v1/algoOrder',
      binanceStop({ side: 'SELL', type: 'STOP_MARKET', triggerPrice: '60000' }),
    ],
    target: [
      'POST /fapi/v1/algoOrder',
      binanceStop({ side: 'BUY', type: 'TAKE_PROFIT_MARKET', triggerPrice: '55000' }),
    ],
  },
  bybit: all('POST /v5/order/create', {
    base: { symbol: 'BTCUSDT', category: 'linear', orderLinkId: ID, qty: '0.003', positionIdx: 0 },
    market: { side: 'Buy', orderType: 'Market' },
    close: { side: 'Sell', orderType: 'Market', reduceOnly: true },
    limit: { side: 'Sell', orderType: 'Limit', price: '65000' },
    stop: {
      ...{ side: 'Sell', orderType: 'Market', reduceOnly: true },
      ...{ triggerPrice: '60000', triggerDirection: 2, triggerBy: 'LastPrice' },
    },
    target: {
      ...{ side: 'Buy', orderType: 'Market', reduceOnly: true },
      ...{ triggerPrice: '55000', triggerDirection: 2, triggerBy: 'LastPrice' },
    },
  }),
  okx: {
    ...all('POST /api/v5/trade/batch-orders', {
      base: { instId: 'BTC-USDT-SWAP', tdMode: 'isolated', clOrdId: ID, sz: '0.03' },
      market: { side: 'buy', ordType: 'market' },
      close: { side: 'sell', ordType: 'market', reduceOnly: true },
      limit: { side: 'sell', ordType: 'limit', px: '65000' },
      ...{ stop: {}, target: {} },
    }),
    stop: [
      'POST /api/v5/trade/order-algo',
      okxStop({ side: 'sell', slTriggerPx: '60000', slOrdPx: '-1', slTriggerPxType: 'last' }),
    ],
    target: [
      'POST /api/v5/trade/order-algo',
      okxStop({ side: 'buy', tpTriggerPx: '55000', tpOrdPx: '-1', tpTriggerPxType: 'last' }),
    ],
  },
  gate: {
    ...all('POST /api/v4/futures/usdt/orders', {
      base: { contract: 'BTC_USDT', text: GATE_ID },
      market: { size: 3, price: '0', tif: 'ioc' },
      close: { size: -3, price: '0', tif: 'ioc', reduce_only: true },
      limit: { size: -3, price: '65000' },
      ...{ stop: {}, target: {} },
    }),
    stop: [
      'POST /api/v4/futures/usdt/price_orders',
      { initial: gateStop(-3), trigger: { price_type: 0, price: '60000', rule: 2 } },
    ],
    target: [
      'POST /api/v4/futures/usdt/price_orders',
      { initial: gateStop(3), trigger: { price_type: 0, price: '55000', rule: 2 } },
    ],
  },
  // Market orders are limits 5 % beyond the price; five digits are all that a price has.
  hyperliquid: all('POST /exchange', {
    base: { a: 0, s: '0.00003', c: HYPER_ID },
    market: { b: true, p: '65625', r: false, t: { limit: { tif: 'Ioc' } } },
    close: { b: false, p: '59375', r: true, t: { limit: { tif: 'Ioc' } } },
    limit: { b: false, p: '65000', r: false, t: { limit: { tif: 'Gtc' } } },
    stop: {
      ...{ b: false, p: '57000', r: true },
      t: { trigger: { isMarket: true, triggerPx: '60000', tpsl: 'sl' } },
    },
    target: {
      ...{ b: true, p: '57750', r: true },
      t: { trigger: { isMarket: true, triggerPx: '55000', tpsl: 'tp' } },
    },
  }),
};

type ByKind = Readonly<Record<KindName | 'base', object>>;

function all(to: string, { base, ...kinds }: ByKind): Record<KindName, readonly [string, object]> {
  const entries = Object.entries(kinds).map(([name, own]) => [name, [to, { ...base, ...own }]]);
  return Object.fromEntries(entries) as Record<KindName, readonly [string, object]>;
}

function binanceStop(own: object): object {
  return {
    ...{ symbol: 'BTCUSDT', clientAlgoId: ID, newOrderRespType: 'RESULT', quantity: '0.003' },
    ...{ workingType: 'CONTRACT_PRICE', reduceOnly: 'true', algoType: 'CONDITIONAL' },
    ...own,
  };
}

function okxStop(own: object): object {
  return {
    ...{ instId: 'BTC-USDT-SWAP', tdMode: 'isolated', clOrdId: ID, algoClOrdId: ID, sz: '0.03' },
    ...{ ordType: 'conditional', reduceOnly: true },
    ...own,
  };
}

function gateStop(size: number): object {
  return {
    ...{ contract: 'BTC_USDT', size, price: '0', tif: 'ioc' },
    ...{ reduce_only: true, text: GATE_ID },
  };
}

/** Out of what each exchange wraps it in. */
function orderIn({ body }: Sent): object {
  const inner = body as Record<string, unknown>;
  if (Array.isArray(body)) return body[0] as object;
  const action = inner['action'] as { readonly orders: readonly object[] } | undefined;
  if (action !== undefined) return action.orders[0] as object;
  const { signature: _, timestamp: __, recvWindow: ___, ...order } = inner;
  return order;
}

/** A market order of Hyperliquid's needs a price, which is asked for. */
const PRICES = [
  { universe: [{ name: 'BTC', szDecimals: 5 }] },
  [{ midPx: '62500', dayNtlVlm: '1' }],
];

for (const exchange of Object.keys(DIALECTS))
  describe(`what is sent to ${exchange}`, () => {
    for (const name of Object.keys(KINDS) as KindName[])
      it(`${name}: at the right place, with the right words, once`, async () => {
        const { client, sent } = await stubExchange(exchange, ({ path }) =>
          path === '/info' ? PRICES : (TAKEN[exchange] as Answer),
        );
        if (exchange === 'hyperliquid')
          Object.assign(client, { fetchTicker: async () => ({ last: 62_500 }) });
        const answer = await ccxtVenue(client).place(ticketOf(exchange, name));
        const expected = ['O1', '11'];
        assert.ok(answer.ok && expected.includes(answer.value), JSON.stringify(answer));
        const [to, order] = (SENT[exchange] as (typeof SENT)[string])[name];
        assert.deepEqual(
          sent.map(each => `${each.method} ${each.path}`),
          [to],
        );
        assert.deepEqual(orderIn(sent[0] as Sent), order);
      });

    it('a stop that does not reduce is a bug', async () => {
      const { client, sent } = await stubExchange(exchange, () => ({}));
      const stop = { ...ticketOf(exchange, 'stop'), reduceOnly: false };
      await assert.rejects(async () => ccxtVenue(client).place(stop), /does not reduce/);
      assert.equal(sent.length, 0);
    });
  });

describe('sizes and prices on the wire', () => {
  it('are plain decimals, however small', async () => {
    const { client, sent } = await stubExchange(
      'hyperliquid',
      () => TAKEN['hyperliquid'] as Answer,
    );
    for (let lots = 1; lots < 40; lots += 1)
      await ccxtVenue(client).place({ ...ticketOf('hyperliquid', 'limit'), lots });
    const sizes = sent.map(each => (orderIn(each) as { readonly s: string }).s);
    assert.deepEqual(
      sizes,
      Array.from({ length: 39 }, (_, index) =>
        `0.000${String(index + 1).padStart(2, '0')}`.replace(/0$/, ''),
      ),
    );
  });
});
