/**
 * The one property that everything rests on, under a seeded plan of faults: what is said to be surely
 * so is so in the exchange's own books.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { TestExchange } from '../../../test/exchange/exchange.ts';
import {
  BTC,
  closeAll,
  type Opened,
  openWith,
  still,
  until,
} from '../../../test/exchange/fixture.ts';
import type { Result } from '../../base/result.ts';
import type { Ticket, Venue } from '../../core/venue.ts';
import { ccxtVenue } from './venue.ts';

const ORDERS = 40;
const RATES = {
  ...{ dropRequest: 0.1, dropAnswer: 0.1, lateRequest: 0.1, lateAnswer: 0.1 },
  ...{ rateLimit: 0.1, serverError: 0.1, doneError: 0.1, twice: 0.1 },
};
/** Late ones come after the client has given up. */
const TIMEOUT_MS = 80;
const LATE_MS = 200;
const PATIENT_MS = 10_000;

const idOf = (seed: number, count: number): string => `hf${`${seed}f${count}`.padStart(30, '0')}`;

/** Orders of each kind, and some that the exchange refuses. */
function ticketOf(seed: number, count: number): Ticket {
  const base = { clientId: idOf(seed, count), symbol: BTC, lots: 1, leverage: 5 };
  const market = { ...base, kind: 'market', side: 'buy', price: null, trigger: null } as const;
  const kinds: readonly Ticket[] = [
    { ...market, reduceOnly: false },
    { ...market, kind: 'limit', price: 20_000, reduceOnly: false },
    { ...market, kind: 'stop', side: 'sell', trigger: 25_000, reduceOnly: true },
    { ...market, lots: 90_000_000, reduceOnly: false },
    // Reduces what is not there: the position is long.
    { ...market, reduceOnly: true },
  ];
  return kinds[count % kinds.length] as Ticket;
}

const acceptedIn = (exchange: TestExchange, id: string): number =>
  exchange.books().clientOids[id]?.accepted ?? 0;

async function openAt(seed: number) {
  const faults = { rates: RATES, lateMs: LATE_MS };
  const { exchange, client } = await openWith({ tapes: [still(30_000, 10)], seed, faults });
  exchange.faults.isOn = false;
  const venue = ccxtVenue(client);
  assert.ok((await venue.wallet()).ok);
  return { exchange, client, venue };
}

/** From now on things go wrong, or no longer. */
function goWrong({ exchange, client }: Opened, isOn: boolean): void {
  exchange.faults.isOn = isOn;
  client.timeout = isOn ? TIMEOUT_MS : PATIENT_MS;
}

/** Requests that are on their way get there. */
async function settled(): Promise<void> {
  const end = Date.now() + 2 * LATE_MS;
  await until(() => Date.now() > end);
}

async function sendAll(venue: Venue, seed: number): Promise<Map<string, Result<string>>> {
  const answers = new Map<string, Result<string>>();
  for (let count = 0; count < ORDERS; count += 1)
    answers.set(idOf(seed, count), await venue.place(ticketOf(seed, count)));
  return answers;
}

describe('under a plan of faults', () => {
  after(closeAll);

  for (const seed of [1, 2, 3, 4, 5, 6])
    it(`seed ${seed}: a yes is in the books, a no is not, and only a maybe may be`, async () => {
      const opened = await openAt(seed);
      const { exchange, venue } = opened;
      goWrong(opened, true);
      const answers = await sendAll(venue, seed);
      goWrong(opened, false);
      await settled();
      let maybes = 0;
      for (const [id, answer] of answers) {
        const accepted = acceptedIn(exchange, id);
        assert.ok(accepted <= 1);
        if (answer.ok) assert.equal(accepted, 1, id);
        else if (!answer.error.retry) assert.equal(accepted, 0, `${id} ${answer.error.code}`);
        else maybes += 1;
        const found = await venue.find(id, BTC);
        const code = found.ok ? 'found' : found.error.code;
        assert.equal(code, accepted === 1 ? 'found' : 'not-found', id);
        if (answer.ok && found.ok) assert.equal(found.value.venueId, answer.value);
      }
      assert.ok(maybes > 0 && maybes < ORDERS, 'the plan has faults, and is not all faults');
    });

  for (const seed of [11, 12, 13])
    it(`seed ${seed}: what is looked up is never called unknown while it is there`, async () => {
      const opened = await openAt(seed);
      const { venue } = opened;
      for (let count = 0; count < 3; count += 1)
        assert.ok((await venue.place(ticketOf(seed, count))).ok);
      goWrong(opened, true);
      let found = 0;
      for (let times = 0; times < 20; times += 1) {
        const answer = await venue.find(idOf(seed, times % 3), BTC);
        if (answer.ok) found += 1;
        else assert.notEqual(answer.error.code, 'not-found');
        const orders = await venue.openOrders(BTC);
        if (orders.ok) assert.equal(orders.value.length, 2);
        const fills = await venue.fills(BTC, 0);
        if (fills.ok) assert.equal(fills.value.length, 1);
      }
      assert.ok(found > 0);
    });

  for (const seed of [21, 22, 23])
    it(`seed ${seed}: a cancel that is done leaves nothing open`, async () => {
      const opened = await openAt(seed);
      const { exchange, venue } = opened;
      assert.ok((await venue.place(ticketOf(seed, 0))).ok);
      const ids = [1, 2, 6, 7, 11, 12];
      for (const count of ids) assert.ok((await venue.place(ticketOf(seed, count))).ok);
      goWrong(opened, true);
      const open = (id: string) => {
        const { orders, stops } = exchange.books();
        return [...orders, ...stops].some(({ clientOid }) => clientOid === id);
      };
      for (const id of ids.map(count => idOf(seed, count))) {
        const answer = await venue.cancel(id, BTC);
        if (answer.ok) assert.equal(open(id), false, id);
        else assert.notEqual(answer.error.code, 'not-found', id);
      }
    });
});
