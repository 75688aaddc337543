import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { clientOf, KEYS } from './client.ts';
import { TestExchange } from './exchange.ts';
import {
  BTC,
  closeAll,
  XBT as ID,
  MINUTE,
  openWith as open,
  START,
  still,
  tape,
  until,
} from './fixture.ts';

const stop = (price: number) => ({ stopLossPrice: price, triggerPriceType: 'last', leverage: 10 });

describe('the test exchange, private part, as ccxt sees it', () => {
  after(closeAll);

  it('a wrong key, secret, passphrase or time is refused, and a missing permission', async () => {
    const exchange = await TestExchange.open({
      tapes: [still(30_000, 10)],
      timestampToleranceMs: 5000,
    });
    after(() => exchange.close());
    for (const wrong of ['apiKey', 'secret', 'password']) {
      const client = await clientOf(exchange, { ...KEYS, [wrong]: 'wrong' });
      client.options['timeDifference'] = Date.now() - exchange.timeMs;
      await assert.rejects(client.fetchBalance(), { name: 'AuthenticationError' }, wrong);
    }
    const client = await clientOf(exchange, KEYS);
    await assert.rejects(client.fetchBalance(), { name: 'InvalidNonce' });
    await client.loadTimeDifference();
    // ccxt remembers that loading the markets failed, until it is told to load them again.
    await client.loadMarkets(true);
    assert.equal((await client.fetchBalance())['USDT']?.total, 10_000);
    exchange.hand.permit(['General']);
    const order = client.createOrder(BTC, 'market', 'buy', 1);
    await assert.rejects(order, /400007/);
  });

  it('a request that was changed after it was signed is refused', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    const body = { clientOid: 'z', symbol: ID, side: 'buy', type: 'market', leverage: 2, size: 1 };
    const { url, headers, ...signed } = client.sign('orders', 'futuresPrivate', 'POST', body);
    const post = async (text: string) =>
      (await (await fetch(url, { method: 'POST', headers, body: text })).json()) as {
        code: string;
      };
    assert.equal((await post(signed['body'].replace('"size":1', '"size":9'))).code, '400005');
    assert.equal((await post(signed['body'])).code, '200000');
    assert.equal(exchange.books().positions[0]?.lots, 1);
  });

  it('a market order is filled one tick from the last trade, and found by its client id', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    const made = await client.createOrder(BTC, 'market', 'buy', 10, undefined, {
      clientOid: 'entry-1',
      leverage: 10,
    });
    const order = await client.fetchOrder('', BTC, { clientOid: 'entry-1' });
    assert.deepEqual(
      [order.status, order.filled, order.average, order.clientOrderId, order.side],
      ['closed', 10, 30_000.1, 'entry-1', 'buy'],
    );
    const [trade] = await client.fetchMyTrades(BTC);
    assert.equal(trade?.order, made.id);
    // 10 lots of 0.001 at 30000.1 and 0.06 % of it.
    assert.deepEqual([trade?.cost, trade?.fee?.cost], [300.001, 0.1800006]);
    const [position] = await client.fetchPositions([BTC]);
    assert.deepEqual(
      [position?.side, position?.contracts, position?.entryPrice, position?.marginMode],
      ['long', 10, 30_000.1, 'isolated'],
    );
    assert.deepEqual((await client.fetchPosition(BTC)).initialMargin, 30.0001);
    const balance = await client.fetchBalance();
    assert.equal(balance['USDT']?.free, 9969.8198994);
    assert.equal(exchange.books().wallet, '9999.8199994');
  });

  it('a client id is accepted once, for ever', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    const send = () =>
      client.createOrder(BTC, 'market', 'buy', 1, undefined, { clientOid: 'twice', leverage: 2 });
    await send();
    await assert.rejects(send(), /300018.*clientOid parameter repeated/);
    assert.deepEqual(exchange.books().clientOids, { twice: { accepted: 1, repeated: 1 } });
    assert.equal(exchange.books().positions[0]?.lots, 1);
  });

  it('an order that is not there is not found, and a done one is not canceled', async () => {
    const { client } = await open({ tapes: [still(30_000, 10)] });
    const never = client.fetchOrder('', BTC, { clientOid: 'never-sent' });
    await assert.rejects(never, { name: 'OrderNotFound' });
    const { id } = await client.createOrder(BTC, 'market', 'buy', 1);
    await assert.rejects(client.cancelOrder(id as string, BTC), /100004/);
    await assert.rejects(client.cancelOrder('', BTC, { clientOid: 'never-sent' }), {
      name: 'OrderNotFound',
    });
  });

  it('a limit order waits until the price trades through it, as maker', async () => {
    const { exchange, client } = await open({
      tapes: [tape([30_000, 30_000, 29_900, 30_000], [30_000, 30_000, 29_899.9, 30_000])],
    });
    const params = { clientOid: 'limit-1', leverage: 5 };
    await client.createOrder(BTC, 'limit', 'buy', 2, 29_900, params);
    assert.equal((await client.fetchOpenOrders(BTC)).length, 1);
    exchange.advance();
    assert.equal((await client.fetchOpenOrders(BTC)).length, 1, 'touched is not through');
    exchange.advance();
    const [trade] = await client.fetchMyTrades(BTC);
    assert.deepEqual([trade?.price, trade?.takerOrMaker], [29_900, 'maker']);
    assert.equal((await client.fetchClosedOrders(BTC))[0]?.clientOrderId, 'limit-1');
  });

  it('a waiting order is canceled by either id', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    for (const clientOid of ['a', 'b'])
      await client.createOrder(BTC, 'limit', 'sell', 2, 31_000, { clientOid, leverage: 5 });
    const [first, second] = await client.fetchOpenOrders(BTC);
    await client.cancelOrder(first?.id as string, BTC);
    await client.cancelOrder('', BTC, { clientOid: second?.clientOrderId });
    assert.equal((await client.fetchOpenOrders(BTC)).length, 0);
    const order = await client.fetchOrder('', BTC, { clientOid: 'a' });
    assert.deepEqual([order.status, order.filled], ['canceled', 0]);
    assert.equal(exchange.books().orders.length, 0);
  });

  it('a stop waits apart, is found by its client id, and closes at its price', async () => {
    const { exchange, client } = await open({
      tapes: [tape([30_000, 30_000, 30_000, 30_000], [30_000, 30_100, 29_400, 29_800])],
    });
    await client.createOrder(BTC, 'market', 'buy', 10, undefined, { leverage: 10 });
    const params = { ...stop(29_500), clientOid: 'stop-1' };
    await client.createOrder(BTC, 'market', 'sell', 10, undefined, params);
    const [waiting] = await client.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });
    assert.deepEqual(
      [waiting?.triggerPrice, waiting?.reduceOnly, waiting?.status],
      [29_500, true, 'open'],
    );
    assert.equal((await client.fetchOpenOrders(BTC)).length, 0);
    exchange.advance();
    exchange.advance();
    const order = await client.fetchOrder('', BTC, { clientOid: 'stop-1' });
    assert.deepEqual([order.status, order.average], ['closed', 29_499.9]);
    assert.equal((await client.fetchPositions()).length, 0);
    // Bought at 30000.1, sold at 29499.9: 10 lots of 0.001, and both fees.
    assert.equal(exchange.books().wallet, '9994.641');
    const [bare] = exchange.books().bare;
    assert.deepEqual([bare?.lots, bare?.fromMs, bare?.untilMs], [10, START, START]);
  });

  it('an order brings its stop along, for each part that is filled', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    exchange.faults.next(ID, 'partialFill');
    const stopLoss = { triggerPrice: 29_000, triggerPriceType: 'last' };
    const takeProfit = { triggerPrice: 33_000, triggerPriceType: 'last' };
    const params = { clientOid: 'both', leverage: 5, stopLoss, takeProfit };
    await client.createOrder(BTC, 'market', 'buy', 10, undefined, params);
    for (let point = 0; point < 4; point += 1) exchange.advancePoint();
    assert.equal(exchange.books().positions[0]?.lots, 10);
    const stops = await client.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });
    const lots = (price: number) =>
      stops
        .filter(stop => stop.triggerPrice === price && stop.reduceOnly && stop.side === 'sell')
        .reduce((sum, stop) => sum + Number(stop.amount), 0);
    assert.deepEqual([lots(29_000), lots(33_000)], [10, 10]);
    assert.ok(exchange.books().bare.every(bare => bare.untilMs === bare.fromMs));
  });

  it('a gap through a stop closes where the price lands', async () => {
    const { exchange, client } = await open({
      tapes: [tape([30_000, 30_000, 30_000, 30_000], [29_000, 29_000, 29_000, 29_000])],
    });
    await client.createOrder(BTC, 'market', 'buy', 10, undefined, { leverage: 10 });
    const params = { ...stop(29_500), clientOid: 'stop-2' };
    await client.createOrder(BTC, 'market', 'sell', 10, undefined, params);
    exchange.advance();
    exchange.advance();
    const order = await client.fetchOrder('', BTC, { clientOid: 'stop-2' });
    assert.equal(order.average, 28_999.9);
  });

  it('funding is paid by longs and received by shorts, and told', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)], wallet: '1000' });
    await client.createOrder(BTC, 'market', 'sell', 10, undefined, { leverage: 10 });
    for (let minute = 0; minute < 6; minute += 1) exchange.advance();
    const [funding] = await client.fetchFundingHistory(BTC);
    // 0.01 coins at 30000 and a rate of 0.0001.
    assert.deepEqual([funding?.amount, funding?.timestamp], [0.03, START + 5 * MINUTE]);
    const [position] = exchange.books().positions;
    assert.equal(position?.margin, '30.0299');

    const long = await open({ tapes: [still(30_000, 10)], fundingRate: () => 0.0002 });
    long.exchange.hand.trade(ID, 'buy', 10);
    long.exchange.advanceTo(START + 6 * MINUTE);
    assert.equal((await long.client.fetchFundingHistory(BTC))[0]?.amount, -0.06);
  });

  it('modes and leverage are set, and what does not fit them is refused', async () => {
    const { client } = await open({ tapes: [still(30_000, 10)] });
    await client.setMarginMode('cross', BTC);
    const order = () => client.createOrder(BTC, 'market', 'buy', 1, undefined, { leverage: 3 });
    await assert.rejects(order(), /330005/);
    await client.setMarginMode('isolated', BTC);
    assert.equal((await client.fetchMarginMode(BTC)).marginMode, 'isolated');
    await client.setPositionMode(true);
    await assert.rejects(order(), /330012/);
    await client.setPositionMode(false);
    assert.equal((await client.fetchPositionMode()).hedged, false);
    await client.setLeverage(7, BTC, { marginMode: 'cross' });
    await order();
    await assert.rejects(client.setMarginMode('cross', BTC), /330002/);
    const much = client.createOrder(BTC, 'market', 'buy', 1, undefined, { leverage: 200 });
    await assert.rejects(much, /300016/);
  });

  it('what the account cannot pay, and what nothing is there to reduce, is refused', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)], wallet: '100' });
    const much = client.createOrder(BTC, 'market', 'buy', 100, undefined, { leverage: 10 });
    await assert.rejects(much, { name: 'InsufficientFunds' });
    const reduce = client.createOrder(BTC, 'market', 'sell', 1, undefined, { reduceOnly: true });
    await assert.rejects(reduce, /300009/);
    assert.deepEqual(exchange.books().fills, []);
  });

  it('orders and fills are told by WebSocket', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    const orders = client.watchOrders(BTC);
    const trades = client.watchMyTrades(BTC);
    await until(() => exchange.push.topics.size > 0);
    await client.createOrder(BTC, 'market', 'buy', 3, undefined, {
      clientOid: 'told',
      leverage: 2,
    });
    const [[order], [trade]] = await Promise.all([orders, trades]);
    assert.deepEqual([order?.clientOrderId, order?.filled], ['told', 3]);
    assert.deepEqual([trade?.amount, trade?.price], [3, 30_000.1]);
    assert.equal(order?.id, trade?.order);
    assert.equal(exchange.books().clientOids['told']?.accepted, 1);
  });

  it('stops, positions and the wallet are told by WebSocket', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    // The first time ccxt gives what it asked for by request.
    await client.watchPosition(BTC);
    const position = client.watchPosition(BTC);
    const stops = client.watchOrders(undefined, undefined, undefined, { trigger: true });
    const balance = client.watchBalance({ type: 'swap' });
    await until(() => exchange.push.topics.size === 3);
    exchange.hand.trade(ID, 'buy', 4);
    const { id } = exchange.hand.stop(ID, 4, '29000');
    assert.equal((await position).contracts, 4);
    const [stop] = await stops;
    assert.deepEqual([stop?.id, stop?.triggerPrice, stop?.status], [id, 29_000, 'open']);
    assert.ok(Number((await balance)['USDT']?.free) < 10_000);
  });

  it('a person on the website trades without client ids, and is told like anybody', async () => {
    const { exchange, client } = await open({ tapes: [still(30_000, 10)] });
    exchange.hand.trade(ID, 'sell', 5);
    assert.equal((await client.fetchPositions())[0]?.side, 'short');
    exchange.hand.close(ID);
    exchange.hand.deposit('500');
    exchange.hand.withdraw('100.5');
    assert.equal((await client.fetchPositions()).length, 0);
    const trades = await client.fetchMyTrades(BTC);
    assert.equal(
      (await client.fetchOrder(trades[0]?.order as string, BTC)).clientOrderId,
      undefined,
    );
    assert.equal((await client.fetchLedger('USDT'))[0]?.type, 'transfer');
    exchange.hand.permit(['General', 'Futures', 'Transfer']);
    const key = await client['privateGetUserApiKey']();
    assert.equal(key.data.permission, 'General,Futures,Transfer');
  });
});
