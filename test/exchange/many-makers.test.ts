/**
 * An order that more makers fill in one moment than a page of fills holds: entry, stop and exit.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createAttendant } from '../../src/app/live/attend.ts';
import { openDesk } from '../../src/app/live/desk.ts';
import { toUnits } from '../../src/base/money.ts';
import { fillKeyOf } from '../../src/core/venue-books.ts';
import { liveMarket } from '../../src/exchange/ccxt/contract.ts';
import { ccxtVenue } from '../../src/exchange/ccxt/venue.ts';
import { DIRECTORY, Ledger } from '../fixtures/ledger.ts';
import { NEVER } from '../live/desk-world.ts';
import type { TestExchange } from './exchange.ts';
import type { Fill } from './fill.ts';
import { BTC, closeAll, MINUTE, openWith, START, XBT } from './fixture.ts';
import { tapeOf } from './tape.ts';

const PRICE = 30_000;
const STOP = 29_000;
const MAKERS = 60;
/** No settlement of funding is near. */
const OPEN = START + 10 * MINUTE;
/** From here on the price falls through the stop. */
const FALL = 5;

after(closeAll);

/** Each lot comes from a maker of its own. */
function lotByLot({ accounts }: TestExchange): void {
  const { fill } = accounts;
  accounts.fill = (order, at) => {
    for (let lot = 0; lot < at.lots; lot += 1) fill.call(accounts, order, { ...at, lots: 1 });
  };
}

async function liveDesk() {
  const candles = Array.from({ length: 2 * FALL }, (_, minute) => {
    const [open, close] = [PRICE, minute === FALL ? STOP - 10 : PRICE];
    const time = OPEN + minute * MINUTE;
    return { open, high: open, low: close, close, volume: 4, time };
  });
  const { exchange, client } = await openWith({ tapes: [tapeOf('BTC', candles)] });
  lotByLot(exchange);
  const venue = ccxtVenue(client);
  const { contract } = await liveMarket(client, 'kucoinfutures', client.market(BTC));
  const ledger = new Ledger();
  ledger.bind({ mode: 'live', contracts: [contract] });
  const attendant = createAttendant(
    openDesk({
      ...{ venue, world: ledger.world, directory: DIRECTORY, epoch: () => 1, unknown: 'adopt' },
      ...{ commit: input => ledger.commit(input), warn: () => {} },
      elapsed: () => exchange.market.nowMs,
      rest: NEVER,
    }),
  );
  async function goTo(time: number): Promise<void> {
    while (exchange.market.nowMs < time) {
      exchange.advanceTo(Math.min(time, exchange.market.nowMs + attendant.restMs()));
      await venue.access();
      await attendant.round();
    }
  }
  return { exchange, ledger, goTo };
}

const lotsThere = (exchange: TestExchange): number =>
  exchange.books().positions.find(({ symbol }) => symbol === XBT)?.lots ?? 0;

const keyOf = ({ tradeId, orderId, side }: Pick<Fill, 'tradeId' | 'orderId' | 'side'>): string =>
  fillKeyOf({ fillId: tradeId, venueId: orderId, side });

describe('an order that many makers fill in one moment', () => {
  it('is booked fill by fill, and so is its stop, which stands in between', async () => {
    const { exchange, ledger, goTo } = await liveDesk();
    await goTo(OPEN + 2 * MINUTE);
    const protection = { stop: STOP, takeProfit: null, trail: null };
    ledger.approve({ side: 'buy', lots: MAKERS, createdAt: exchange.market.nowMs, protection });
    await goTo(OPEN + 4 * MINUTE);
    assert.equal(exchange.books().fills.length, MAKERS);
    assert.equal(new Set(exchange.books().fills.map(({ atMs }) => atMs)).size, 1);
    assert.deepEqual([lotsThere(exchange), ledger.lots(BTC)], [MAKERS, MAKERS]);
    assert.deepEqual(
      exchange.books().stops.map(({ size }) => size),
      [MAKERS],
    );
    await goTo(OPEN + (FALL + 2) * MINUTE);
    assert.deepEqual([lotsThere(exchange), ledger.lots(BTC)], [0, 0]);
    const booked = ledger.told('order.filled').map(({ fillId }) => fillId);
    const { fills, wallet } = exchange.books();
    assert.deepEqual(booked.sort(), fills.map(keyOf).sort());
    assert.equal(booked.length, 2 * MAKERS);
    assert.equal(ledger.world.portfolio.balance, toUnits(Number(wallet)));
  });
});
