import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import type { TestExchange } from './exchange.ts';
import type { FaultEvent } from './fault.ts';
import {
  BTC,
  closeAll,
  type Opened,
  openWith as open,
  START,
  still,
  tape,
  until,
  XBT,
} from './fixture.ts';
import type { HiddenSpan } from './hidden-fills.ts';
import { sentTwice } from './sent-twice.ts';

const ORDERS = 'POST /api/v1/orders';
const FIND = 'GET /api/v1/orders/byClientOid';
const tapes = [still(30_000, 20)];

const send = ({ client }: Opened, clientOid: string, lots = 1) =>
  client.createOrder(BTC, 'market', 'buy', lots, undefined, { clientOid, leverage: 2 });
const accepted = ({ exchange }: Opened, clientOid: string) =>
  exchange.books().clientOids[clientOid]?.accepted ?? 0;
const faultsOf = (log: readonly FaultEvent[]) => log.map(event => event.fault);

describe('faults of the test exchange', () => {
  after(closeAll);

  it('a dropped request is not done, a dropped answer is, and the client cannot tell', async () => {
    const opened = await open({ tapes });
    opened.exchange.faults.next(ORDERS, 'dropRequest');
    await assert.rejects(send(opened, 'a'), { name: 'NetworkError' });
    assert.equal(accepted(opened, 'a'), 0);
    opened.exchange.faults.next(ORDERS, 'dropAnswer');
    await assert.rejects(send(opened, 'a'), { name: 'NetworkError' });
    assert.equal(accepted(opened, 'a'), 1);
    await assert.rejects(send(opened, 'a'), /300018/);
    assert.deepEqual(faultsOf(opened.exchange.faults.log), ['dropRequest', 'dropAnswer']);
  });

  it('a late request is done after the client has given up, and was not found until then', async () => {
    const opened = await open({ tapes, faults: { lateMs: 1000 } });
    opened.exchange.faults.next(ORDERS, 'lateRequest');
    opened.client.timeout = 100;
    await assert.rejects(send(opened, 'late'), { name: 'RequestTimeout' });
    opened.client.timeout = 10_000;
    const find = () => opened.client.fetchOrder('', BTC, { clientOid: 'late' });
    await assert.rejects(find(), { name: 'OrderNotFound' });
    await until(() => accepted(opened, 'late') === 1);
    assert.equal((await find()).status, 'closed');
  });

  it('a request that comes twice is done once, and refused to the client', async () => {
    const opened = await open({ tapes });
    opened.exchange.faults.next(ORDERS, 'twice');
    await assert.rejects(send(opened, 'a'), /300018/);
    assert.deepEqual(opened.exchange.books().clientOids, { a: { accepted: 1, repeated: 1 } });
  });

  it('an accepted order may not be found for a while', async () => {
    const opened = await open({ tapes, faults: { lateMs: 500 } });
    opened.exchange.faults.next(XBT, 'lateFind');
    await send(opened, 'hidden');
    const find = () => opened.client.fetchOrder('', BTC, { clientOid: 'hidden' });
    await assert.rejects(find(), { name: 'OrderNotFound' });
    const order = opened.exchange.accounts.byClientOid.get('hidden');
    await until(() => order !== undefined && opened.exchange.accounts.isShown(order));
    assert.equal((await find()).filled, 1);
  });

  it('fills from an entry on may be not told of for a while, and the order tells of them', async () => {
    const opened = await open({ tapes, faults: { fillsLateMs: 60_000 } });
    const { client, exchange } = opened;
    const list = () => client.fetchMyTrades(BTC);
    await send(opened, 'told');
    assert.equal((await list()).length, 1);
    exchange.advance();
    exchange.faults.next(XBT, 'lateFill');
    await send(opened, 'unanswered');
    await assert.rejects(list(), { name: 'ExchangeNotAvailable' });
    exchange.hidden.spans.splice(0, 1, { ...(exchange.hidden.spans[0] as HiddenSpan), untilMs: 0 });
    assert.equal((await list()).length, 2);
    exchange.advance();
    exchange.faults.next(XBT, 'lateFill');
    await send(opened, 'omitted');
    exchange.hand.trade(XBT, 'sell', 1);
    assert.equal((await list()).length, 2);
    assert.equal((await client.fetchOrder('', BTC, { clientOid: 'omitted' })).filled, 1);
    exchange.faults.isOn = false;
    assert.equal((await list()).length, 4);
  });

  it('an exchange that forgets ids accepts a resend, and its books say so', async () => {
    const opened = await open({ tapes, forgetsIds: true });
    await send(opened, 'again');
    await send(opened, 'again');
    assert.equal(accepted(opened, 'again'), 2);
  });

  it('what such an exchange doubles itself is not held against the bot (life 5), a resend is', async () => {
    const opened = await open({ tapes, forgetsIds: true });
    opened.exchange.faults.next(ORDERS, 'twice');
    await send(opened, 'doubled');
    assert.equal(accepted(opened, 'doubled'), 2);
    assert.deepEqual(sentTwice(opened.exchange), []);
    opened.exchange.advance();
    await send(opened, 'doubled');
    assert.deepEqual(sentTwice(opened.exchange), ['2 orders were taken under doubled']);
  });

  it('a stop whose request it kept back may be repeated, once; nothing else may', () => {
    const exchange = (stop: string, kept: boolean, times: number[]) =>
      ({
        accounts: {
          orders: new Map(
            times.map(createdMs => [String(createdMs), { clientOid: 'name', createdMs, stop }]),
          ),
        },
        faults: { log: kept ? [{ fault: 'lateRequest', what: ORDERS, atMs: 0 }] : [] },
      }) as unknown as TestExchange;
    assert.deepEqual(sentTwice(exchange('up', true, [1, 2])), []);
    for (const [stop, kept, times] of [
      ['up', false, [1, 2]],
      ['', true, [1, 2]],
      ['up', true, [1, 2, 3]],
    ] as const)
      assert.equal(sentTwice(exchange(stop, kept, [...times])).length, 1);
  });

  it('late answers overtake each other', async () => {
    const opened = await open({ tapes, faults: { lateMs: 200 } });
    opened.exchange.faults.next(ORDERS, 'lateAnswer');
    const order: string[] = [];
    await Promise.all([
      send(opened, 'first').then(() => order.push('first')),
      opened.client.fetchTime().then(() => order.push('second')),
    ]);
    assert.deepEqual(order, ['second', 'first']);
  });

  it('429 and 5xx do nothing, but for a gateway that gave up too early', async () => {
    const opened = await open({ tapes });
    for (const fault of ['rateLimit', 'serverError'] as const) {
      for (let turn = 0; turn < 4; turn += 1) {
        opened.exchange.faults.next(ORDERS, fault);
        await assert.rejects(send(opened, 'b'));
      }
    }
    assert.equal(accepted(opened, 'b'), 0);
    opened.exchange.faults.next(ORDERS, 'doneError');
    await assert.rejects(send(opened, 'b'), { name: 'RequestTimeout' });
    assert.equal(accepted(opened, 'b'), 1);
  });

  it('an order is filled in pieces over time, and what is left of it can be canceled', async () => {
    const opened = await open({ tapes });
    const { exchange, client } = opened;
    exchange.faults.next(XBT, 'partialFill');
    await send(opened, 'pieces', 10);
    const first = await client.fetchOrder('', BTC, { clientOid: 'pieces' });
    assert.equal(first.status, 'open');
    assert.ok(Number(first.filled) > 0 && Number(first.filled) < 10);
    for (let point = 0; point < 4; point += 1) exchange.advancePoint();
    const last = await client.fetchOrder('', BTC, { clientOid: 'pieces' });
    assert.deepEqual([last.status, last.filled], ['closed', 10]);
    assert.ok((await client.fetchMyTrades(BTC)).length > 1);

    exchange.faults.next(XBT, 'partialFill');
    await send(opened, 'broken-off', 10);
    await client.cancelOrder('', BTC, { clientOid: 'broken-off' });
    const canceled = await client.fetchOrder('', BTC, { clientOid: 'broken-off' });
    assert.equal(canceled.status, 'canceled');
    assert.ok(Number(canceled.filled) > 0);
  });

  it('messages come twice, late, or never, and connections are cut', async () => {
    const opened = await open({ tapes });
    const { exchange, client } = opened;
    const topic = '/contractMarket/tradeOrders';
    const first = client.watchOrders(undefined);
    await until(() => exchange.push.topics.has(topic));
    exchange.faults.next(topic, 'pushLost');
    exchange.faults.next(topic, 'pushTwice');
    await send(opened, 'told');
    assert.equal((await first)[0]?.status, 'closed', 'the match was lost, the end was told');
    assert.deepEqual(faultsOf(exchange.faults.log), ['pushLost', 'pushTwice']);
    const cut = client.watchOrders(undefined);
    exchange.faults.next(topic, 'pushCut');
    exchange.faults.next(topic, 'pushCut');
    await send(opened, 'cut');
    await cut;
    const after = client.watchOrders(undefined);
    await assert.rejects(after, { name: 'NetworkError' });
  });

  it('a connection that says nothing any more is noticed by its missing pong', async () => {
    const opened = await open({ tapes, pingIntervalMs: 50, faults: { outageMs: 60_000 } });
    const { exchange, client } = opened;
    const first = client.watchOrders(undefined);
    await until(() => exchange.push.topics.size > 0);
    exchange.faults.next('/contractMarket/tradeOrders', 'pushSilent');
    await send(opened, 'silence');
    await first;
    await assert.rejects(client.watchOrders(undefined), { name: 'RequestTimeout' });
  });

  it('stale candles repeat the one before, and answers may leave out the newest', async () => {
    const rows = [1, 2, 3, 4, 5, 6].map(k => [k, k, k, k] as const);
    const { exchange, client } = await open({ tapes: [tape(...rows)] });
    exchange.advance();
    const newest = async () => (await client.fetchOHLCV(BTC, '1m', START)).at(-1)?.[4];
    assert.equal(await newest(), 2);
    exchange.faults.next(XBT, 'candleGap');
    assert.equal((await client.fetchOHLCV(BTC, '1m', START)).length, 0);
    exchange.faults.next(XBT, 'staleCandles');
    exchange.advance();
    assert.equal(await newest(), 2);
    exchange.advance();
    exchange.advance();
    assert.equal(await newest(), 5);
  });

  it('the exchange goes down, and its books survive', async () => {
    const opened = await open({ tapes });
    await send(opened, 'before');
    const down = opened.exchange.outage(50);
    await assert.rejects(opened.client.fetchTime(), { name: 'NetworkError' });
    await down;
    const order = await opened.client.fetchOrder('', BTC, { clientOid: 'before' });
    assert.equal(order.filled, 1);
  });

  it('a client that dies in the middle of a request has asked for nothing', async () => {
    const { exchange, client } = await open({ tapes });
    const { port } = new URL(exchange.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head =
      'POST /api/v1/orders HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"clientOid":"half"';
    await new Promise<void>(resolve => {
      socket.write(head, () => resolve());
    });
    socket.destroy();
    await once(socket, 'close');
    assert.equal(await client.fetchTime(), exchange.market.nowMs);
    assert.deepEqual(exchange.books().clientOids, {});
  });

  it('its clock may differ from that of its candles', async () => {
    const { exchange, client } = await open({ tapes, faults: { skewMs: -7000 } });
    assert.equal(await client.fetchTime(), exchange.market.nowMs - 7000);
  });

  it('the same seed gives the same requests the same faults', async () => {
    const logs: FaultEvent[][] = [];
    for (const seed of [7, 7, 8]) {
      const rates = { rateLimit: 0.3, dropAnswer: 0.3 };
      const opened = await open({ tapes, seed, faults: { rates, only: FIND } });
      for (let turn = 0; turn < 20; turn += 1)
        await opened.client.fetchOrder('', BTC, { clientOid: 'none' }).catch(() => null);
      logs.push(opened.exchange.faults.log);
    }
    assert.deepEqual(logs[0], logs[1]);
    assert.notDeepEqual(logs[0], logs[2]);
    assert.ok((logs[0]?.length ?? 0) > 5);
  });
});
