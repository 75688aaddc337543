/**
 * The judge of a life: what lives have shown to be forgiven, and what stays a fault beside it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientOrderId } from '../../src/app/client-id.ts';
import { bareIn } from './bare-time.ts';
import { type Evidence, fillProblems, type Journal, orderProblems } from './verdict.ts';

const DIRECTORY = 'f00d';
const SYMBOL = 'BTC/USDT:USDT';
const order = { id: '7-2', epoch: 1, symbol: SYMBOL, lots: 75, reduceOnly: true };
const own = clientOrderId(DIRECTORY, order as never);

const evidenceOf = (accounts: object, more: object = {}): Evidence =>
  ({
    exchange: {
      accounts: { fills: [], ledger: [], orders: new Map(), watch: { stretches: [] }, ...accounts },
      ...{ outages: [], faults: { log: [], keptBack: [] } },
    },
    ...{ up: [{ fromMs: 0, untilMs: 1e9 }], handed: [], plan: { unknown: 'leave' }, ...more },
  }) as unknown as Evidence;

const journalOf = (facts: readonly object[]): Journal =>
  ({ facts, directory: DIRECTORY, states: {} }) as unknown as Journal;

describe('an order', () => {
  const approved = { type: 'order.approved', order };
  const filled = { type: 'order.filled', id: '7-2', symbol: SYMBOL, lots: 3 };
  const closed = { type: 'trade.closed', trade: { symbol: SYMBOL } };

  it('has ended where its fill closed what a stop had left of the position (lives 134, 421)', () => {
    assert.deepEqual(orderProblems(evidenceOf({}), journalOf([approved, filled, closed])), []);
  });

  for (const [what, facts] of [
    ['of which a part was filled', [approved, filled]],
    ['whose position another order closed', [approved, filled, { ...filled, id: '9-1' }, closed]],
  ] as const)
    it(`has no end, ${what}`, () => {
      assert.deepEqual(orderProblems(evidenceOf({}), journalOf(facts)), [
        `order 7-2 (${SYMBOL}) was approved and has no end`,
      ]);
    });
});

describe('a fill', () => {
  const fill = (tradeId: string, atMs: number) => ({
    tradeId,
    atMs,
    ...{ orderId: 'o', side: 'buy' },
  });
  const ledger = [
    { atMs: 100, wallet: 1000n },
    { atMs: 200, wallet: 990n },
    { atMs: 300, wallet: 980n },
  ];
  const opened = { type: 'account.opened', balance: 990 };

  it('is in the balance that the account was opened with, or booked (lives 33, 423)', () => {
    const evidence = evidenceOf({ ledger, fills: [fill('1', 200), fill('2', 300)] });
    const booked = { type: 'order.filled', fillId: '2/o/buy' };
    assert.deepEqual(fillProblems(evidence, journalOf([opened, booked])), []);
    assert.match(fillProblems(evidence, journalOf([opened])).join(), /fill 2 .* is booked 0×/);
    const twice = fillProblems(evidence, journalOf([opened, booked, booked]));
    assert.match(twice.join(), /fill 2 .* is booked 2×/);
  });
});

describe('a position without a stop', () => {
  const stretch = { symbol: 'XBTUSDTM', fromMs: 50, realFromMs: 1000, realMs: 30_000 };
  const bought = (clientOid: string) => ({
    ...{ symbol: 'XBTUSDTM', side: 'buy', lots: 2, atMs: 50, clientOid },
  });
  const bareMs = (clientOid: string, unknown: 'adopt' | 'leave') => {
    const accounts = { fills: [bought(clientOid)], watch: { stretches: [stretch] } };
    return bareIn(evidenceOf(accounts, { plan: { unknown } }), DIRECTORY).bareMs;
  };

  it('is a person’s where the bot has to leave it alone and made none of it (lives 313, 427, 433)', () => {
    assert.equal(bareMs('', 'leave'), 0);
    assert.equal(bareMs(own, 'leave'), 30_000);
    assert.equal(bareMs('', 'adopt'), 30_000);
  });
});
