/**
 * The venue against the test exchange: what ccxt, KuCoin's API and our reading make of each other.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ExchangeOptions, TestExchange } from '../../../test/exchange/exchange.ts';
import {
  BTC,
  closeAll,
  MINUTE,
  openWith,
  START,
  still,
  tape,
  until,
  XBT,
} from '../../../test/exchange/fixture.ts';
import { UNITS_PER_QUOTE } from '../../base/money.ts';
import type { Result } from '../../base/result.ts';
import type { Ticket, Venue } from '../../core/venue.ts';
import { ccxtVenue } from './venue.ts';

async function open(options: ExchangeOptions) {
  const { exchange, client } = await openWith(options);
  return { exchange, venue: ccxtVenue(client) };
}

/** Everything is known of the exchange; then each request goes wrong. */
async function openFaulty(fault: string) {
  const { exchange, venue } = await open({
    ...{ tapes: [still(30_000, 10)], faults: { rates: { [fault]: 1 } } },
  });
  exchange.faults.isOn = false;
  value(await venue.wallet());
  exchange.faults.isOn = true;
  return { exchange, venue };
}

const idOf = (count: number): string => `hf${count.toString(16).padStart(30, '0')}`;

function ticket(count: number, own: Partial<Ticket> = {}): Ticket {
  return {
    ...{ clientId: idOf(count), symbol: BTC, side: 'buy', kind: 'market', lots: 10 },
    ...{ price: null, trigger: null, reduceOnly: false, leverage: 10 },
    ...own,
  };
}
const stopAt = (count: number, trigger: number): Ticket =>
  ticket(count, { side: 'sell', kind: 'stop', trigger, reduceOnly: true });

function value<T>(answer: Result<T>): T {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}
const codeOf = (answer: Result<unknown>): unknown => (answer.ok ? 'ok' : answer.error.code);

/** Wallet by the exchange's own books. */
const walletOf = (exchange: TestExchange): number =>
  Math.round(Number(exchange.books().wallet) * UNITS_PER_QUOTE);

async function assertSameMoney(exchange: TestExchange, venue: Venue): Promise<void> {
  assert.equal(value(await venue.wallet()), walletOf(exchange));
  const books = exchange.books();
  const fills = value(await venue.fills(BTC, START));
  assert.equal(fills.length, books.fills.length);
  const funding = value(await venue.funding(BTC, START));
  const paid = funding.reduce((sum, { amount }) => sum + amount, 0);
  const booked = books.fundings.reduce((sum, { amount }) => sum + Number(amount), 0);
  assert.equal(paid, 0 - Math.round(booked * UNITS_PER_QUOTE));
}

describe('the venue on the test exchange', () => {
  after(closeAll);

  it('tells its time and what the key may do', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    assert.deepEqual(value(await venue.access()), {
      ...{ account: '1', mayTrade: true, mayWithdraw: false },
    });
    assert.ok(Math.abs(venue.now() - exchange.timeMs) < 5000);
    exchange.hand.permit(['General', 'Futures', 'Transfer']);
    assert.equal(value(await venue.access()).mayWithdraw, true);
  });

  it('is made ready, and stays so', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    exchange.mode.isHedged = true;
    exchange.mode.margin.set(XBT, 'CROSS');
    for (let times = 0; times < 2; times += 1) value(await venue.prepare(BTC, 10));
    assert.equal(exchange.mode.isHedged, false);
    assert.equal(exchange.mode.margin.get(XBT), 'ISOLATED');
  });

  it('an entry, its stop and its end: orders, position, fills, wallet', async () => {
    const fallen = [30_000, 30_000, 29_000, 29_000] as const;
    const tapes = [
      tape([30_000, 30_000, 30_000, 30_000], fallen, [29_000, 29_000, 29_000, 29_000]),
    ];
    const { exchange, venue } = await open({ tapes });
    const entry = value(await venue.place(ticket(1)));
    const stop = value(await venue.place(stopAt(2, 29_500)));
    const found = value(await venue.find(idOf(1), BTC));
    assert.deepEqual(
      [found.venueId, found.open, found.filledLots, found.reduceOnly, found.trigger],
      [entry, false, 10, false, null],
    );
    const [waits, ...others] = value(await venue.openOrders(BTC));
    assert.equal(others.length, 0);
    assert.deepEqual(
      [
        waits?.venueId,
        waits?.clientId,
        waits?.open,
        waits?.reduceOnly,
        waits?.trigger,
        waits?.lots,
      ],
      [stop, idOf(2), true, true, 29_500, 10],
    );
    assert.deepEqual(value(await venue.find(idOf(2), BTC)), waits);
    assert.deepEqual(value(await venue.order(stop, BTC)), waits);
    const [position] = value(await venue.positions());
    assert.deepEqual(
      [position?.direction, position?.lots, position?.entryPrice, position?.leverage],
      ['long', 10, 30_000.1, 10],
    );
    await assertSameMoney(exchange, venue);

    while (exchange.advance());
    assert.deepEqual(value(await venue.openOrders(BTC)), []);
    assert.deepEqual(value(await venue.positions()), []);
    const [bought, sold] = value(await venue.fills(BTC, START));
    assert.deepEqual(
      [bought?.venueId, sold?.venueId, sold?.side, sold?.lots, sold?.liquidity],
      [entry, stop, 'sell', 10, 'taker'],
    );
    const sumOfFees = (bought?.fee ?? 0) + (sold?.fee ?? 0);
    // A tenth of a dollar on ten lots of a thousandth.
    const gain = Math.round(((sold?.price ?? 0) - (bought?.price ?? 0)) * 10) * 100_000;
    assert.equal(value(await venue.wallet()), 10_000 * UNITS_PER_QUOTE + gain - sumOfFees);
    await assertSameMoney(exchange, venue);
  });

  it('funding is asked for since a time, and is in the wallet', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 20)] });
    value(await venue.place(ticket(1)));
    while (exchange.advance());
    const settled = START + 5 * MINUTE;
    const [payment, ...others] = value(await venue.funding(BTC, settled));
    assert.equal(others.length, 0);
    assert.deepEqual(payment, { symbol: BTC, time: settled, rate: 0.0001, amount: 3_000_000 });
    assert.deepEqual(value(await venue.funding(BTC, settled + 1)), []);
    await assertSameMoney(exchange, venue);
  });

  it('fills are told, however many', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 130)], wallet: '1000000' });
    for (let count = 0; count < 120; count += 1) {
      const side = count % 2 === 0 ? 'buy' : 'sell';
      exchange.hand.trade(XBT, side, 1);
      exchange.advance();
    }
    const fills = value(await venue.fills(BTC, START));
    assert.equal(fills.length, 120);
    assert.equal(new Set(fills.map(({ fillId }) => fillId)).size, 120);
    assert.deepEqual(
      fills.map(({ time }) => time),
      fills.map(({ time }) => time).toSorted((a, b) => a - b),
    );
    const later = value(await venue.fills(BTC, fills[60]?.time ?? 0));
    assert.deepEqual(later, fills.slice(60));
  });

  for (const [fault, taken] of [
    ['dropRequest', false],
    ['dropAnswer', true],
    ['doneError', true],
    ['serverError', false],
  ] as const)
    it(`${fault}: the order is in doubt, and is looked up`, async () => {
      const { exchange, venue } = await openFaulty(fault);
      const answer = await venue.place(ticket(1));
      assert.equal(!answer.ok && answer.error.retry, true, JSON.stringify(answer));
      exchange.faults.isOn = false;
      const found = await venue.find(idOf(1), BTC);
      assert.equal(codeOf(found), taken ? 'ok' : 'not-found');
      assert.equal(codeOf(await venue.place(ticket(1))), taken ? 'duplicate' : 'ok');
      assert.equal(exchange.books().fills.length, 1);
    });

  it('a limit of requests is surely no order', async () => {
    const { exchange, venue } = await openFaulty('rateLimit');
    const answer = await venue.place(ticket(1));
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.retry], [
      'rate-limited',
      false,
    ]);
    assert.equal(exchange.books().fills.length, 0);
  });

  it('an account in hedge mode and on cross margin is set, unless something is held there', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    exchange.mode.isHedged = true;
    exchange.mode.margin.set(XBT, 'CROSS');
    assert.equal(codeOf(await venue.place(ticket(1))), 'refused');
    value(await venue.prepare(BTC, 5));
    assert.deepEqual([exchange.mode.isHedged, exchange.mode.margin.get(XBT)], [false, 'ISOLATED']);
    value(await venue.place(ticket(2)));
    exchange.mode.isHedged = true;
    assert.equal(value(await venue.positions())[0]?.unfit, 'hedge mode');
    assert.equal(codeOf(await venue.prepare(BTC, 5)), 'refused');
    exchange.mode.isHedged = false;
    exchange.mode.margin.set(XBT, 'CROSS');
    assert.equal(value(await venue.positions())[0]?.unfit, 'cross margin');
    assert.equal(codeOf(await venue.prepare(BTC, 5)), 'refused');
  });

  it('what is refused says why', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    assert.equal(codeOf(await venue.place(stopAt(1, 29_500))), 'ok');
    const close = ticket(2, { side: 'sell', reduceOnly: true });
    assert.equal(codeOf(await venue.place(close)), 'no-position');
    assert.equal(codeOf(await venue.place(ticket(3, { lots: 100_000_000 }))), 'refused');
    assert.equal(codeOf(await venue.find(idOf(9), BTC)), 'not-found');
    assert.equal(codeOf(await venue.cancel(idOf(9), BTC)), 'not-found');
    assert.equal(exchange.books().fills.length, 0);
  });

  it('a cancel ends a stop and a limit order, and once more is no fault', async () => {
    const { venue } = await open({ tapes: [still(30_000, 10)] });
    value(await venue.place(ticket(1)));
    value(await venue.place(stopAt(2, 29_500)));
    value(await venue.place(ticket(3, { kind: 'limit', price: 20_000 })));
    assert.equal(value(await venue.openOrders(BTC)).length, 2);
    for (const count of [2, 3, 2, 3, 1]) value(await venue.cancel(idOf(count), BTC));
    assert.deepEqual(value(await venue.openOrders(BTC)), []);
    assert.equal(value(await venue.find(idOf(3), BTC)).open, false);
  });

  it('a person’s order has no client id of ours', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    exchange.hand.trade(XBT, 'sell', 7);
    exchange.hand.stop(XBT, 7, '31000');
    const [stop] = value(await venue.openOrders(BTC));
    assert.equal(stop?.clientId, null);
    const [position] = value(await venue.positions());
    assert.deepEqual([position?.direction, position?.lots], ['short', 7]);
    exchange.hand.deposit('5.5');
    await assertSameMoney(exchange, venue);
  });

  it('an exchange that cannot be reached at first is asked again', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    const outage = exchange.outage(300);
    await new Promise(resolve => setImmediate(resolve));
    const answer = await venue.wallet();
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.retry], ['unavailable', true]);
    await outage;
    assert.equal(value(await venue.wallet()), walletOf(exchange));
  });

  const subscribed = ({ push }: TestExchange) => until(() => push.topics.size === 2);
  const silent = ({ push }: TestExchange) => until(() => push.topics.size === 0);

  it('a fill is a reason to look, also after the stream was cut', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    let hints = 0;
    const end = venue.watch(() => {
      hints += 1;
    });
    await subscribed(exchange);
    exchange.hand.trade(XBT, 'buy', 1);
    await until(() => hints > 0);
    exchange.push.cut();
    await silent(exchange);
    await subscribed(exchange);
    const before = hints;
    exchange.hand.trade(XBT, 'sell', 1);
    await until(() => hints > before);
    await end();
    await silent(exchange);
  });

  it('streams can be taken up again after their end', async () => {
    const { exchange, venue } = await open({ tapes: [still(30_000, 10)] });
    for (let times = 0; times < 2; times += 1) {
      const end = venue.watch(() => {});
      await subscribed(exchange);
      await end();
      await silent(exchange);
    }
  });
});
