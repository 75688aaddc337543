/**
 * What ccxt does with KuCoin's answers, where a trader who believes it would go wrong.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { clientOf, KEYS } from './client.ts';
import { TestExchange } from './exchange.ts';
import {
  BTC,
  closeAll,
  type Opened,
  openWith as open,
  START,
  still,
  tape,
  until,
} from './fixture.ts';

const ORDERS = 'POST /api/v1/orders';
const tapes = [still(30_000, 20)];

const send = ({ client }: Opened, clientOid: string, more: object = {}) =>
  client.createOrder(BTC, 'market', 'buy', 1, undefined, { clientOid, leverage: 2, ...more });

/** Classes of errors that a fault was thrown as, over some turns. */
async function thrownBy(fault: 'rateLimit' | 'serverError', turns: number): Promise<string[]> {
  const opened = await open({ tapes });
  const seen = new Set<string>();
  for (let turn = 0; turn < turns; turn += 1) {
    opened.exchange.faults.next(ORDERS, fault);
    await send(opened, `${turn}`).catch((error: Error) =>
      seen.add(`${error.name} ${/"code":"(\d+)"/.exec(error.message)?.[1] ?? 'html'}`),
    );
  }
  return [...seen].sort();
}

describe('habits of ccxt’s kucoinfutures', () => {
  after(closeAll);

  it('too many requests and a server that is down are plain ExchangeErrors: read the code', async () => {
    assert.deepEqual(await thrownBy('rateLimit', 2), [
      'ExchangeError 200002',
      'ExchangeError 429000',
    ]);
    assert.deepEqual(await thrownBy('serverError', 4), [
      'ExchangeError 503000',
      'ExchangeNotAvailable 500000',
      'ExchangeNotAvailable html',
      'RequestTimeout html',
    ]);
  });

  it('a repeated client id is a plain ExchangeError, not DuplicateOrderId', async () => {
    const opened = await open({ tapes });
    await send(opened, 'a');
    await assert.rejects(send(opened, 'a'), { name: 'ExchangeError', message: /"300018"/ });
  });

  it('markets that failed to load are not loaded again unless it is told to', async () => {
    const exchange = await TestExchange.open({ tapes });
    after(() => exchange.close());
    const client = await clientOf(exchange, KEYS);
    exchange.faults.next('GET /api/v1/contracts/active', 'dropRequest');
    await assert.rejects(client.loadMarkets(), { name: 'NetworkError' });
    await assert.rejects(client.loadMarkets(), { name: 'NetworkError' });
    await client.loadMarkets(true);
  });

  it('a token that is expired costs one failed watch, and a new one is fetched', async () => {
    const { exchange, client } = await open({ tapes });
    const first = client.watchOHLCV(BTC, '1m');
    await until(() => exchange.push.topics.size > 0);
    exchange.advancePoint();
    await first;
    const cut = client.watchOHLCV(BTC, '1m');
    await Promise.all([exchange.outage(1), assert.rejects(cut, { name: 'NetworkError' })]);
    await assert.rejects(client.watchOHLCV(BTC, '1m'));
    const again = client.watchOHLCV(BTC, '1m');
    await until(() => exchange.push.topics.size > 0);
    exchange.advance();
    assert.equal((await again).length > 0, true);
  });

  it('an order without a leverage has 1, and a stop without a price type waits for the mark', async () => {
    const { exchange, client } = await open({ tapes });
    await client.createOrder(BTC, 'market', 'buy', 1);
    assert.equal(exchange.books().positions[0]?.leverage, 1);
    const stop = client.createOrder(BTC, 'market', 'sell', 1, undefined, { stopLossPrice: 29_000 });
    await assert.rejects(stop, /TP alone/);
  });

  it('the answer to an order says nothing but its ids', async () => {
    const opened = await open({ tapes });
    const order = await send(opened, 'b');
    assert.deepEqual(
      [order.status, order.filled, order.average],
      [undefined, undefined, undefined],
    );
  });

  it('an order that was broken off is canceled with lots filled', async () => {
    const opened = await open({ tapes });
    opened.exchange.faults.next('XBTUSDTM', 'partialFill');
    const params = { clientOid: 'c', leverage: 2 };
    await opened.client.createOrder(BTC, 'market', 'buy', 8, undefined, params);
    await opened.client.cancelOrder('', BTC, { clientOid: 'c' });
    const order = await opened.client.fetchOrder('', BTC, { clientOid: 'c' });
    assert.equal(order.status, 'canceled');
    assert.ok(Number(order.filled) > 0);
  });

  it('open orders and waiting stops are two lists', async () => {
    const { client } = await open({ tapes });
    const stop = { stopLossPrice: 29_000, triggerPriceType: 'last', leverage: 2 };
    await client.createOrder(BTC, 'market', 'sell', 1, undefined, stop);
    assert.equal((await client.fetchOpenOrders(BTC)).length, 0);
    const stops = await client.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });
    assert.equal(stops.length, 1);
  });

  it('candles without a beginning are asked for by the machine’s clock', async () => {
    const { client } = await open({ tapes: [tape([1, 1, 1, 1], [2, 2, 2, 2])] });
    client.milliseconds = () => START + 365 * 86_400_000;
    assert.deepEqual(await client.fetchOHLCV(BTC, '1m', undefined, 5), []);
  });

  it('a balance’s total holds profit that is not realised; marginBalance is the wallet', async () => {
    const { exchange, client } = await open({
      tapes: [tape([30_000, 30_000, 30_000, 30_000], [31_000, 31_000, 31_000, 31_000])],
    });
    exchange.hand.trade('XBTUSDTM', 'buy', 10);
    exchange.advance();
    exchange.advance();
    const balance = await client.fetchBalance();
    const { marginBalance } = balance['info'].data;
    const gain = Number(balance['USDT']?.total) - Number(marginBalance);
    assert.equal(gain.toFixed(8), '9.99900000');
    assert.equal(String(marginBalance), exchange.books().wallet);
  });
});
