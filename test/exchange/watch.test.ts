/**
 * What the exchange's watch takes for a person's doing, and whom a late answer concerns.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { placeOrder } from './desk.ts';
import { BTC, closeAll, type Opened, openWith, still, XBT } from './fixture.ts';

const opened = (): Promise<Opened> => openWith({ tapes: [still(30_000, 20)] });

/** As a bot would: with a client id. */
const send = ({ exchange }: Opened, clientOid: string, more: object): string =>
  placeOrder(exchange.accounts, {
    ...{ clientOid, symbol: XBT, side: 'buy', type: 'market', size: 1, price: null, leverage: 5 },
    ...{ reduceOnly: false, closeOrder: false, stop: '', stopPrice: null },
    ...{ timeInForce: 'GTC', postOnly: false, attached: null },
    ...more,
  }).id;
const guard = (by: Opened, clientOid: string, size: number): string =>
  send(by, clientOid, {
    ...{ side: 'sell', size, reduceOnly: true, stop: 'down', stopPrice: 2_900_000_000_000n },
  });
const handedLots = ({ exchange }: Opened): number[] =>
  exchange.accounts.watch.handed.map(({ lots }) => lots);

describe('the watch', () => {
  after(closeAll);

  it('hands a person the lots that they opened, not those that they closed', async () => {
    const by = await opened();
    const { hand } = by.exchange;
    hand.trade(XBT, 'buy', 7);
    hand.trade(XBT, 'buy', 2);
    hand.reduce(XBT, 3);
    hand.trade(XBT, 'sell', 10);
    assert.deepEqual(handedLots(by), [7, 2, 4]);
  });

  it('hands a person the lots whose stop they canceled, where no other stop covers them', async () => {
    const by = await opened();
    send(by, 'entry', { size: 5 });
    const [one, another] = [guard(by, 'stop', 5), guard(by, 'trail', 3)];
    by.exchange.hand.cancel(another);
    by.exchange.hand.cancel(one);
    assert.deepEqual(handedLots(by), [5]);
    guard(by, 'again', 5);
    by.exchange.hand.cancelAll(XBT);
    assert.deepEqual(handedLots(by), [5, 5]);
  });

  it('takes a stop that the bot canceled for no person’s doing', async () => {
    const by = await opened();
    send(by, 'entry', { size: 5 });
    guard(by, 'stop', 5);
    const order = by.exchange.accounts.byClientOid.get('stop');
    assert.ok(order !== undefined);
    await by.client.cancelOrder(order.id, BTC);
    assert.deepEqual(handedLots(by), []);
    assert.equal(by.exchange.accounts.watch.stretches.at(-1)?.untilMs, null);
  });

  it('takes a position for the bot’s as soon as an order of its makes some of it', async () => {
    const by = await opened();
    const { accounts, hand } = by.exchange;
    const isOwn = (): boolean => accounts.watch.isOwn(XBT);
    hand.trade(XBT, 'buy', 3);
    assert.equal(isOwn(), false);
    send(by, 'entry', {});
    hand.trade(XBT, 'buy', 1);
    assert.equal(isOwn(), true);
    hand.trade(XBT, 'sell', 9);
    assert.equal(isOwn(), false);
    send(by, 'exit', { side: 'buy', reduceOnly: true });
    assert.equal(isOwn(), false);
  });
});

describe('an answer that is late', () => {
  after(closeAll);

  it('concerns the contract that it is about, the account, or nothing that a position waits for', async () => {
    const by = await opened();
    const { exchange, client } = by;
    const id = guard(by, 'stop', 1);
    const asked: [string, () => Promise<unknown>][] = [
      ['GET /api/v1/orders/:orderId', () => client.fetchOrder(id, BTC)],
      ['GET /api/v1/fills', () => client.fetchMyTrades(BTC)],
      ['GET /api/v1/positions', () => client.fetchPositions()],
      ['GET /api/v1/timestamp', () => client.fetchTime()],
    ];
    for (const [route, ask] of asked) {
      exchange.faults.next(route, 'lateAnswer');
      await ask();
    }
    const concerns = exchange.faults.keptBack.map(late => late.concerns);
    assert.deepEqual(concerns, [XBT, XBT, 'account', null]);
  });
});

describe('a ring', () => {
  after(closeAll);

  it('is a message of an order that somebody hears', async () => {
    const { exchange, client } = await opened();
    const { push, hand } = exchange;
    hand.trade(XBT, 'buy', 1);
    assert.deepEqual(push.rangAtMs, []);
    const heard = client.watchOrders();
    while (push.topics.size === 0) await new Promise(setImmediate);
    push.isSilent = true;
    hand.trade(XBT, 'buy', 1);
    assert.deepEqual(push.rangAtMs, []);
    push.isSilent = false;
    hand.trade(XBT, 'buy', 1);
    await heard;
    assert.ok(push.rangAtMs.length > 0);
  });
});
