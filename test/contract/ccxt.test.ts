import { after } from 'node:test';
import { type Attendant, createAttendant } from '../../src/app/live/attend.ts';
import { openDesk } from '../../src/app/live/desk.ts';
import { must } from '../../src/base/assert.ts';
import { toUnits } from '../../src/base/money.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { liveMarket } from '../../src/exchange/ccxt/contract.ts';
import { ccxtVenue } from '../../src/exchange/ccxt/venue.ts';
import type { TestExchange } from '../exchange/exchange.ts';
import { BTC, closeAll, MINUTE, openWith, START, XBT } from '../exchange/fixture.ts';
import { type TapeCandle, tapeOf } from '../exchange/tape.ts';
import { DIRECTORY, Ledger } from '../fixtures/ledger.ts';
import { NEVER } from '../live/desk-world.ts';
import { PATIENCE } from './account.ts';
import { exchangeContract } from './exchange.contract.ts';

after(closeAll);

const PRICE = 30_000;

/** The desk of a live account. Streams only ring for a round there; here a test rings. */
exchangeContract('ccxt on the test exchange', async ({ thin }) => {
  const tape: TapeCandle[] = [];
  const shape = { open: PRICE, high: PRICE, low: PRICE, close: PRICE, volume: 4 };
  // No settlement of funding is near.
  tape.push({ ...shape, time: START + 10 * MINUTE });
  const rates = thin ? { partialFill: 1 } : {};
  const { exchange, client } = await openWith({
    tapes: [tapeOf('BTC', tape)],
    faults: { rates },
    // An order that is sent again when the first is done would be another one.
    forgetsIds: true,
  });
  const venue = ccxtVenue(client);
  const { contract } = await liveMarket(client, 'kucoinfutures', client.market(BTC));
  const ledger = new Ledger();
  // No place for a trade of the policy's own.
  const settings = { ...DEFAULT_SETTINGS, maxOpenTrades: 0 };
  ledger.bind({ mode: 'live', contracts: [contract] }, settings);
  const start = (): Attendant =>
    createAttendant(
      openDesk({
        ...{ venue, world: ledger.world, directory: DIRECTORY, epoch: () => 1, unknown: 'adopt' },
        ...{ commit: input => ledger.commit(input), warn: () => {} },
        elapsed: () => exchange.market.nowMs,
        rest: NEVER,
      }),
    );
  let attendant = start();

  async function goTo(time: number): Promise<void> {
    exchange.advanceTo(time);
    await venue.access();
  }

  /** Rounds, time passing where one has to be repeated, until one has nothing to tell. */
  async function deliver(): Promise<void> {
    for (let round = 0; round < PATIENCE; round += 1) {
      const { length } = ledger.facts;
      const failure = await attendant.round();
      if (failure === null && ledger.facts.length === length) return;
      if (failure !== null) await goTo(exchange.market.nowMs + attendant.restMs());
    }
    throw new Error('the desk is never done');
  }

  const last = (): TapeCandle => must(tape.at(-1), 'a candle');
  let closed = 0;
  /** What has closed by then reaches the ledger as the bot's loop hands it on. */
  async function goOn(time: number): Promise<void> {
    await goTo(time);
    for (const { time: opened, ...shape } of tape.slice(closed)) {
      if (opened + MINUTE > exchange.market.nowMs) break;
      closed += 1;
      const candle = { symbol: BTC, time: opened, ...shape };
      ledger.commit({ kind: 'candle', candle, reports: [] });
    }
    await deliver();
  }

  /** The tape goes on, to a price. */
  function trade(close: number): void {
    const { close: open } = last();
    const time = Math.ceil(exchange.market.nowMs / MINUTE) * MINUTE;
    const [low, high] = [Math.min(open, close), Math.max(open, close)];
    tape.push({ open, high, low, close, volume: 4, time: Math.max(time, last().time + MINUTE) });
  }

  await goOn(last().time + MINUTE);
  await goTo(exchange.market.nowMs + MINUTE);
  return {
    ...{ ledger, deliver, near: 100, price: () => last().close },
    now: () => exchange.market.nowMs,
    async pass() {
      if (exchange.market.nextMs === null) trade(last().close);
      await goOn(must(exchange.market.nextMs, 'a move'));
    },
    async tradeThrough(price) {
      trade(price + Math.sign(price - last().close));
      await goOn(last().time + MINUTE);
    },
    restart() {
      attendant = start();
    },
    there: () => standingOf(exchange),
  };
});

function standingOf(exchange: TestExchange) {
  const { positions, orders, stops, wallet } = exchange.books();
  const lots = positions.find(({ symbol }) => symbol === XBT)?.lots ?? 0;
  return { lots, orders: orders.length + stops.length, wallet: toUnits(Number(wallet)) };
}
