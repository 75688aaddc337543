/**
 * Orders at the exchanges that were never tried: their documents' answers, and what we read in them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bybit, okx } from '../../../test/envelope.ts';
import {
  binanceOrder,
  binanceStop,
  bybitOrder,
  GATE_ID,
  gateOrder,
  gateStop,
  hyper,
  ID,
  okxOrder,
  okxStop,
  TIME,
} from '../../../test/order-answer.ts';
import { type Answer, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { VenueOrder } from '../../core/venue.ts';
import { ccxtVenue } from './venue.ts';

interface Told {
  /** By the request that asks there: method, end of the path, and a word of query or body. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly nothing: Answer;
  /** What a cancel of a waiting stop asks for. */
  readonly cancel: string;
  /** The requests that look for an order which is nowhere. */
  readonly looks: readonly string[];
}

const NOTHING: Readonly<Record<string, Answer>> = {
  binanceusdm: { status: 400, text: '{"code":-2013,"msg":"Order does not exist."}' },
  bybit: bybit(),
  okx: { code: '51603', data: [], msg: 'Order does not exist' },
  gate: { status: 404, text: '{"label":"ORDER_NOT_FOUND","message":"Order not found"}' },
  hyperliquid: { status: 'unknownOid' },
};
const LOOKS: Readonly<Record<string, readonly string[]>> = {
  binanceusdm: ['GET /fapi/v1/order', 'GET /fapi/v1/algoOrder'],
  bybit: ['GET /v5/order/realtime', 'GET /v5/order/realtime', 'GET /v5/order/history'],
  okx: ['GET /api/v5/trade/order', 'GET /api/v5/trade/order-algo'],
  gate: [
    `GET /api/v4/futures/usdt/orders/${GATE_ID}`,
    ...['GET /api/v4/futures/usdt/price_orders', 'GET /api/v4/futures/usdt/price_orders'],
    'GET /api/v4/futures/usdt/orders',
  ],
  hyperliquid: ['POST /info'],
};
const LISTS = ['/price_orders', '/futures/usdt/orders', '/openOrders', '/openAlgoOrders'];

/** A request → the answer under the first key whose words are all in it. */
function answering(exchange: string, answers: Told['answers']) {
  return (sent: Sent): Answer => {
    const asked = `${sent.method} ${sent.path} ${JSON.stringify([sent.query, sent.body])}`;
    const key = Object.keys(answers).find(words =>
      words.split(' ').every(word => asked.includes(word)),
    );
    if (key !== undefined) return answers[key] as Answer;
    return LISTS.some(end => sent.path.endsWith(end)) ? [] : (NOTHING[exchange] as Answer);
  };
}

const stop = (exchange: string, own: Partial<VenueOrder>): VenueOrder => ({
  ...{ venueId: '5', clientId: ID, symbol: symbolOf(exchange), side: 'sell', lots: 3 },
  ...{ filledLots: 0, open: true, reduceOnly: true, trigger: 60_000, time: TIME },
  ...own,
});

/** Answers by what is the matter with the stop: it waits, was reached and filled, was canceled. */
const CASES: Readonly<Record<string, Readonly<Record<string, Told['answers']>>>> = {
  binanceusdm: {
    waits: { 'GET algoOrder clientAlgoId': binanceStop({}) },
    reached: {
      'GET algoOrder clientAlgoId': binanceStop({ algoStatus: 'FINISHED', actualOrderId: '11' }),
      '/fapi/v1/order orderId":"11': binanceOrder({ status: 'FILLED', executedQty: '0.003' }),
    },
    canceled: { 'GET algoOrder clientAlgoId': binanceStop({ algoStatus: 'CANCELED' }) },
  },
  bybit: {
    waits: { 'realtime StopOrder orderLinkId': bybit(bybitOrder({})) },
    reached: {
      'history orderLinkId': bybit(bybitOrder({ orderStatus: 'Filled', cumExecQty: '0.003' })),
    },
    canceled: { 'history orderLinkId': bybit(bybitOrder({ orderStatus: 'Deactivated' })) },
  },
  okx: {
    waits: { 'order-algo algoClOrdId': okx(okxStop({})) },
    reached: {
      'order-algo algoClOrdId': okx(okxStop({ state: 'effective', ordId: '11' })),
      '/trade/order ordId":"11': okx(okxOrder({ clOrdId: '' })),
    },
    canceled: { 'order-algo algoClOrdId': okx(okxStop({ state: 'canceled' })) },
  },
  gate: {
    waits: { 'price_orders open': [gateStop({})] },
    reached: {
      'price_orders finished': [
        gateStop({ status: 'finished', finish_as: 'succeeded', trade_id: 11 }),
      ],
      '/orders/11': gateOrder({ finish_as: 'reduce_only' }),
    },
    canceled: {
      'price_orders finished': [gateStop({ status: 'finished', finish_as: 'cancelled' })],
    },
  },
  hyperliquid: {
    waits: { orderStatus: hyper('open') },
    reached: { orderStatus: hyper('filled', { sz: '0.0' }) },
    canceled: { orderStatus: hyper('reduceOnlyCanceled') },
  },
};
/** A stop that became another order has that order's id. */
const REACHED: Readonly<Record<string, string>> = { bybit: '5', hyperliquid: '5' };

const CANCELS: Readonly<Record<string, readonly [asks: string, words: string]>> = {
  binanceusdm: ['DELETE /fapi/v1/algoOrder', '"algoId":"5"'],
  bybit: ['POST /v5/order/cancel', '"orderId":"5"'],
  okx: ['POST /api/v5/trade/cancel-algos', '"algoId":"5"'],
  gate: ['DELETE /api/v4/futures/usdt/price_orders/5', ''],
  hyperliquid: ['POST /exchange', '"o":5'],
};

async function venueOn(exchange: string, answers: Told['answers']) {
  const { client, sent } = await stubExchange(exchange, answering(exchange, answers));
  if (exchange === 'hyperliquid') Object.assign(client, { coinToMarketId: () => '0' });
  return { venue: ccxtVenue(client), sent };
}

for (const exchange of Object.keys(CASES))
  describe(`a stop at ${exchange}`, () => {
    const symbol = symbolOf(exchange);
    const { waits = {}, reached = {}, canceled = {} } = CASES[exchange] ?? {};
    const done = { open: false, filledLots: 3, venueId: REACHED[exchange] ?? '11' };

    for (const [what, answers, own] of [
      ['that waits', waits, {}],
      ['that was reached and filled', reached, done],
      ['that was canceled', canceled, { open: false }],
    ] as const)
      it(`${what} is found by its client id`, async () => {
        const { venue } = await venueOn(exchange, answers);
        assert.deepEqual(await venue.find(ID, symbol), { ok: true, value: stop(exchange, own) });
      });

    it('that is nowhere is looked for everywhere', async () => {
      const { venue, sent } = await venueOn(exchange, {});
      const answer = await venue.find(ID, symbol);
      assert.equal(!answer.ok && answer.error.code, 'not-found', JSON.stringify(answer));
      assert.deepEqual(
        sent.map(({ method, path }) => `${method} ${path}`),
        LOOKS[exchange],
      );
    });

    it('is canceled where it waits', async () => {
      const { venue, sent } = await venueOn(exchange, waits);
      await venue.cancel(ID, symbol);
      const [asks, words] = CANCELS[exchange] as readonly [string, string];
      const cancels = sent.filter(({ method, path }) => `${method} ${path}` === asks);
      assert.equal(cancels.length, 1, sent.map(({ method, path }) => `${method} ${path}`).join());
      assert.ok(JSON.stringify(cancels[0]).includes(words), JSON.stringify(cancels[0]));
    });

    it('is not called unknown where one of the places is silent', async () => {
      for (let place = 0; place < (LOOKS[exchange]?.length ?? 0); place += 1) {
        let asked = 0;
        const { client } = await stubExchange(exchange, sent => {
          asked += 1;
          const down = { status: 503, text: 'down' };
          return asked === place + 1 ? down : answering(exchange, {})(sent);
        });
        const answer = await ccxtVenue(client).find(ID, symbol);
        assert.ok(!answer.ok);
        assert.notEqual(answer.error.code, 'not-found', `place ${place}`);
      }
    });
  });
