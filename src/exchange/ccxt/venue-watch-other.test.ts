/**
 * An order at the exchanges that were never tried, from its acceptance to its fill: ccxt's own
 * stream says that something happened, and what it was is asked for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bybit, okx } from '../../../test/envelope.ts';
import { EMPTY, TIME as FILLED_AT, TOLD, type Told } from '../../../test/exchange-answer.ts';
import {
  binanceOrder,
  bybitOrder,
  GATE_ID,
  gateOrder,
  hyper,
  ID,
  okxOrder,
  TIME,
} from '../../../test/order-answer.ts';
import {
  type Answer,
  isAsked,
  KEYS,
  type Sent,
  stubExchange,
  symbolOf,
} from '../../../test/stub-exchange.ts';
import { StubStream, TAKES, type Take } from '../../../test/stub-stream.ts';
import { MINUTE_MS } from '../../base/time.ts';
import { ccxtVenue } from './venue.ts';

/** Whoever waits for a message that never comes is a failure; nothing is measured by it. */
const PATIENCE_MS = MINUTE_MS / 2;

interface OrderTold {
  /** What the exchange answers of the order, and where. */
  readonly where: string;
  readonly accepted: Answer;
  readonly filled: Answer;
  /** What its stream says of it. */
  readonly says: { readonly accepted: object; readonly filled: object };
  /** Where its streams are opened, and what is asked for there. */
  readonly opens: RegExp;
  readonly asks: readonly object[];
}

const binanceSays = (own: object): object => ({
  ...{ e: 'ORDER_TRADE_UPDATE', E: TIME + 5, T: TIME },
  o: {
    ...{ s: 'BTCUSDT', c: ID, S: 'BUY', o: 'MARKET', f: 'GTC', q: '0.003', p: '0', sp: '0' },
    ...{ i: 11, N: 'USDT', T: TIME, b: '0', a: '0', m: false, R: false, wt: 'CONTRACT_PRICE' },
    ...{ ot: 'MARKET', ps: 'BOTH', cp: false, rp: '0' },
    ...own,
  },
});
const BUY = { side: 'BUY', reduceOnly: false };
const bybitBuy = (own: object): object =>
  bybitOrder({ ...own, side: 'Buy', reduceOnly: false, triggerPrice: '', stopOrderType: '' });
const bybitSays = (own: object): object => ({
  ...{ id: '5923240c6880ab-c59f', topic: 'order', creationTime: TIME + 5 },
  data: [{ category: 'linear', ...bybitBuy(own) }],
});
const okxBuy = (own: object): object => okxOrder({ side: 'buy', reduceOnly: 'false', ...own });
const okxSays = (own: object): object => ({
  arg: { channel: 'orders', instType: 'ANY', uid: '44' },
  data: [okxBuy({ fillSz: '0', tradeId: '', ...own })],
});
const gateBuy = (own: object): object => gateOrder({ size: 3, is_reduce_only: false, ...own });
const gateSays = (own: object): object => ({
  ...{ time: TIME / 1000, time_ms: TIME, channel: 'futures.orders', event: 'update' },
  result: [{ ...gateBuy(own), create_time_ms: TIME, finish_time_ms: TIME, user: '10406147' }],
});
const hyperOwn = { oid: 11, side: 'B', isTrigger: false, triggerPx: '0.0', reduceOnly: false };
const hyperSays = (status: string, sz: string): object => ({
  channel: 'orderUpdates',
  data: [
    {
      order: {
        ...{ coin: 'BTC', side: 'B', limitPx: '65000.1', sz, oid: 11, timestamp: TIME },
        ...{ origSz: '0.00003', cloid: `0xf0${ID.slice(2)}` },
      },
      ...{ status, statusTimestamp: TIME },
    },
  ],
});
const okxAsks = (channel: string): object => ({
  ...{ op: 'subscribe', args: [{ channel, instType: 'ANY' }] },
});
const WAITS = { left: 3, status: 'open', finish_as: '' };

const ORDERS: Readonly<Record<string, OrderTold>> = {
  binanceusdm: {
    where: '/fapi/v1/order',
    accepted: binanceOrder(BUY),
    filled: binanceOrder({ ...BUY, status: 'FILLED', executedQty: '0.003' }),
    says: {
      accepted: binanceSays({ x: 'NEW', X: 'NEW', l: '0', z: '0', L: '0', n: '0', t: 0, ap: '0' }),
      filled: binanceSays({
        ...{ x: 'TRADE', X: 'FILLED', l: '0.003', z: '0.003', L: '65000.1', ap: '65000.1' },
        ...{ n: '0.11700018', t: 71 },
      }),
    },
    // The key says which.
    opens: /\/private\/ws\?listenKey=pqia91/,
    asks: [],
  },
  bybit: {
    where: '/v5/order/realtime',
    accepted: bybit(bybitBuy({ orderStatus: 'New' })),
    filled: bybit(bybitBuy({ orderStatus: 'Filled', cumExecQty: '0.003', leavesQty: '0' })),
    says: {
      accepted: bybitSays({ orderStatus: 'New' }),
      filled: bybitSays({ orderStatus: 'Filled', cumExecQty: '0.003', leavesQty: '0' }),
    },
    opens: /\/v5\/private$/,
    asks: [{ op: 'auth' }, { op: 'subscribe', args: ['order'] }],
  },
  okx: {
    where: '/api/v5/trade/order',
    accepted: okx(okxBuy({ state: 'live', accFillSz: '0', avgPx: '' })),
    filled: okx(okxBuy({ avgPx: '65000.1' })),
    says: {
      accepted: okxSays({ state: 'live', accFillSz: '0', avgPx: '' }),
      filled: okxSays({ avgPx: '65000.1', fillSz: '0.03', tradeId: 'F1', fillPx: '65000.1' }),
    },
    opens: /\/v5\/(private|business)$/,
    asks: [{ op: 'login' }, { op: 'login' }, okxAsks('orders'), okxAsks('orders-algo')],
  },
  gate: {
    where: `/futures/usdt/orders/${GATE_ID}`,
    accepted: gateBuy(WAITS),
    filled: gateBuy({ fill_price: '65000.1' }),
    says: { accepted: gateSays(WAITS), filled: gateSays({ fill_price: '65000.1' }) },
    opens: /\/v4\/ws\/usdt$/,
    asks: [{ channel: 'futures.orders', event: 'subscribe', payload: ['10406147', '!all'] }],
  },
  hyperliquid: {
    where: 'orderStatus',
    accepted: hyper('open', hyperOwn),
    filled: hyper('filled', { ...hyperOwn, sz: '0.0' }),
    says: { accepted: hyperSays('open', '0.00003'), filled: hyperSays('filled', '0.0') },
    opens: /\/ws$/,
    asks: [
      { method: 'subscribe', subscription: { type: 'orderUpdates', user: KEYS.walletAddress } },
    ],
  },
};

/** What is asked besides: who Gate's user is, and the key of a stream of Binance's. */
const BESIDES: Readonly<Record<string, Answer>> = {
  '/account/detail': { user_id: 10406147 },
  '/listenKey': { listenKey: 'pqia91ma19a5s61cv6a81va65sd099v8' },
  '/apiRestrictions': { enableFutures: true, enableWithdrawals: false },
};

for (const [id, told] of Object.entries(ORDERS))
  describe(`an order at ${id}`, { timeout: PATIENCE_MS }, () => {
    it('is heard of when it was accepted and when it was filled, and is then asked for', async t => {
      const stream = await StubStream.open(TAKES[id] as Take);
      let order = told.accepted;
      const [fillsAt, fills] = (TOLD[id] as Told).fills;
      const answer = (sent: Sent): Answer => {
        const besides = Object.entries(BESIDES).find(([where]) => isAsked(where, sent));
        if (besides !== undefined) return besides[1];
        if (isAsked(told.where, sent)) return order;
        return isAsked(fillsAt, sent) ? fills : (EMPTY[id] as Answer);
      };
      const { client } = await stubExchange(id, answer, { streams: stream.url });
      const symbol = symbolOf(id);
      const venue = ccxtVenue(client);
      await venue.access();
      let hints = 0;
      let wake = (): void => {};
      const end = venue.watch(() => {
        hints += 1;
        wake();
      });
      t.after(async () => {
        await end();
        await stream.close();
      });
      const hint = () =>
        new Promise<void>(resolve => {
          wake = resolve;
        });
      await stream.until(
        () => stream.opened.length > 0 && stream.heard.length === told.asks.length,
      );
      for (const place of stream.opened) assert.match(place, told.opens);
      for (const asks of told.asks)
        assert.ok(
          stream.heard.some(heard => isPart(asks, heard)),
          JSON.stringify(stream.heard),
        );
      assert.equal(hints, 0);

      const accepted = hint();
      stream.say(told.says.accepted);
      await accepted;
      const own = {
        ...{ venueId: id === 'bybit' ? '5' : '11', clientId: ID, symbol, side: 'buy', lots: 3 },
        ...{ reduceOnly: false, trigger: null, time: TIME },
      };
      const waits = { ok: true, value: { ...own, open: true, filledLots: 0 } };
      assert.deepEqual(await venue.find(ID, symbol), waits);

      order = told.filled;
      const filled = hint();
      stream.say(told.says.filled);
      await filled;
      const done = { ok: true, value: { ...own, open: false, filledLots: 3 } };
      assert.deepEqual(await venue.find(ID, symbol), done);
      const found = await venue.fills(symbol, FILLED_AT);
      assert.ok(found.ok, JSON.stringify(found));
      assert.deepEqual(
        found.value.map(({ side, lots, price, fee, liquidity }) => [
          side,
          lots,
          price,
          fee,
          liquidity,
        ]),
        [['buy', 3, 65_000.1, 11_700_018, 'taker']],
      );
      assert.equal(hints, 2);
    });

    it('is asked for where no stream can be opened, and no failure is held by nobody', async () => {
      const stream = await StubStream.open(() => null);
      const streams = stream.url;
      await stream.close();
      const { client } = await stubExchange(
        id,
        sent => (isAsked('/listenKey', sent) ? { listenKey: 'pqia91' } : new Error('no network')),
        { streams },
      );
      client.uid = '10406147';
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = ccxtVenue(client).watch(resolve);
      await promise;
      await end();
      await new Promise(done => setImmediate(done));
    });
  });

function isPart(part: object, whole: object): boolean {
  try {
    assert.partialDeepStrictEqual(whole, part);
    return true;
  } catch {
    return false;
  }
}
