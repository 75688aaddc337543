/**
 * The judge of a life: what lives have shown to be forgiven, and what stays a fault beside it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareIn } from './bare-time.ts';
import { personProblems } from './person-order.ts';
import { type Evidence, fillProblems, type Journal, orderProblems } from './verdict.ts';

const DIRECTORY = 'f00d';
const SYMBOL = 'BTC/USDT:USDT';
const order = { id: '7-2', epoch: 1, symbol: SYMBOL, lots: 75, reduceOnly: true };

const evidenceOf = (accounts: object): Evidence =>
  ({
    exchange: {
      accounts: { fills: [], ledger: [], orders: new Map(), ...accounts },
      faults: { log: [] },
    },
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

const XBT = 'XBTUSDTM';
const second = (n: number): number => n * 1000;

interface Scene {
  /** Lots that were bare from a second on, up to the thirtieth. */
  readonly steps: readonly (readonly [fromS: number, lots: number])[];
  readonly isOwn?: boolean;
  readonly unknown?: 'adopt' | 'leave';
  /** Lots that a person laid bare. */
  readonly handed?: readonly (readonly [atS: number, lots: number])[];
  readonly rangAtS?: readonly number[];
  readonly up?: readonly (readonly [number, number])[];
  readonly keptBack?: readonly (readonly [concerns: string | null, number, number])[];
  readonly starvedMs?: number;
  /** What they took was the stop. */
  readonly isStop?: boolean;
  readonly forgetsIds?: boolean;
  /** Fills of the contract were left out of the list. */
  readonly hidden?: readonly (readonly [fromS: number, untilS: number])[];
  /** What may go wrong with streams, too. */
  readonly rates?: Readonly<Record<string, number>>;
}

/** Longest without a stop, in seconds. */
function bareS(scene: Scene): number {
  const { steps, isOwn = true, unknown = 'adopt', handed = [], rangAtS = [] } = scene;
  const { up = [[0, 1000]], keptBack = [], starvedMs = 0, isStop = false } = scene;
  const { forgetsIds = false, rates = { pushLost: 0.1 }, hidden = [] } = scene;
  const beganMs = second(steps[0]?.[0] ?? 0);
  const stretch = {
    ...{ symbol: XBT, realFromMs: beganMs, realMs: second(30) - beganMs },
    steps: steps.map(([fromS, lots]) => ({ realMs: second(fromS), lots, isOwn })),
  };
  const hands = handed.map(([atS, lots]) => {
    const realMs = second(atS);
    return { symbol: XBT, isStop, lots, realMs, shownFromMs: realMs };
  });
  const { bareMs } = bareIn({
    exchange: {
      accounts: { watch: { stretches: [stretch], handed: hands } },
      push: { rangAtMs: rangAtS.map(second) },
      outages: [],
      hidden: {
        spans: hidden.map(([fromS, untilS]) => ({
          ...{ symbol: XBT, fromMs: second(fromS), untilMs: second(untilS) },
        })),
      },
      faults: {
        keptBack: keptBack.map(([concerns, fromS, untilS]) => ({
          ...{ concerns, fromMs: second(fromS), untilMs: second(untilS) },
        })),
      },
    },
    up: up.map(([fromS, untilS]) => ({ fromMs: second(fromS), untilMs: second(untilS) })),
    ...{ plan: { unknown, forgetsIds, faults: { rates } }, starved: { of: () => starvedMs } },
  } as unknown as Evidence);
  return bareMs / 1000;
}

describe('a position without a stop', () => {
  const steps = [[10, 3]] as const;

  it('is a person’s where the bot has to leave it alone and made none of it (lives 313, 427, 433)', () => {
    assert.equal(bareS({ steps, isOwn: false, unknown: 'leave' }), 0);
    assert.equal(bareS({ steps, isOwn: true, unknown: 'leave' }), 20);
    assert.equal(bareS({ steps, isOwn: false, unknown: 'adopt' }), 20);
  });

  const early = [[1, 3]] as const;

  it('is a person’s from their act until a stream rang, and for as long as the bot has to look at it', () => {
    const rang = { steps: early, handed: early, rangAtS: [-1, 2] } as const;
    assert.equal(bareS(rang), 30 - 2 - 5);
    assert.equal(bareS({ ...rang, unknown: 'leave' }), 0);
    assert.equal(bareS({ ...rang, isStop: true }), 30 - 2);
    assert.equal(bareS({ ...rang, isStop: true, unknown: 'leave' }), 30 - 2);
    assert.equal(bareS({ ...rang, isStop: true, forgetsIds: true }), 30 - 2 - 15);
    assert.equal(bareS({ ...rang, rangAtS: [] }), 0);
  });

  it('is the bot’s soon where no stream rings although nothing goes wrong with any', () => {
    assert.equal(bareS({ steps: early, handed: early, isStop: true, rates: {} }), 30 - 1 - 5);
  });

  it('is looked at anew by each life of the bot that finds it, and no longer', () => {
    const up = [
      [-5, 2],
      [3, 1000],
    ] as const;
    assert.equal(bareS({ steps: early, handed: early, up }), 30 - 3 - 5);
    const late = [[-20, 3]] as const;
    const twice = [
      [-30, -10],
      [12, 1000],
    ] as const;
    assert.equal(bareS({ steps: late, handed: late, rangAtS: [-20], up: twice }), 30 - 12 - 5);
  });

  it('is not a person’s twice where an act and a start are looked at together', () => {
    const up = [[12, 1000]] as const;
    assert.equal(bareS({ steps: [[10, 6]], handed: [[10, 3]], rangAtS: [11], up }), 18);
  });

  it('is the bot’s once it has stood behind its stop since the act', () => {
    assert.equal(bareS({ steps, handed: [[-60, 3]], up: [[-100, 1000]] }), 20);
    const up = [
      [0, 6],
      [9, 1000],
    ] as const;
    assert.equal(bareS({ steps, handed: [[-60, 3]], up, rangAtS: [-50] }), 20);
  });

  it('is the bot’s before a person’s act, however short before it', () => {
    const mixed = [
      [9.9, 2],
      [10, 5],
    ] as const;
    assert.equal(bareS({ steps: mixed, handed: [[10, 3]] }).toFixed(1), '20.1');
  });

  it('is the bot’s after a person’s act as soon as more lots are bare than the act explains', () => {
    const more = [
      [10, 3],
      [14, 8],
      [20, 3],
    ] as const;
    assert.equal(bareS({ steps: more, handed: [[10, 3]] }), 6);
  });

  it('is a person’s for a minute where fills were missing as they acted', () => {
    const scene = {
      steps: [[-50, 3]],
      handed: [[-50, 3]],
      rangAtS: [-50],
      up: [[-1000, 1000]],
    } as const;
    assert.equal(bareS(scene), 75);
    assert.equal(bareS({ ...scene, hidden: [[-48, 0]] }), 20);
    assert.equal(bareS({ ...scene, hidden: [[-40, 0]] }), 75);
    assert.equal(bareS({ ...scene, hidden: [[-70, -50]] }), 75);
  });

  it('is the bot’s three minutes after an act of which nothing told', () => {
    assert.equal(bareS({ steps: [[-175, 3]], handed: [[-175, 3]], up: [[-1000, 1000]] }), 20);
  });

  it('is not counted while an answer about it, or about the account, is kept back', () => {
    assert.equal(bareS({ steps, keptBack: [[XBT, 12, 15]] }), 17);
    assert.equal(bareS({ steps, keptBack: [['account', 12, 15]] }), 17);
    assert.equal(bareS({ steps, keptBack: [['ETHUSDTM', 12, 15]] }), 20);
    assert.equal(bareS({ steps, keptBack: [[null, 12, 15]] }), 20);
  });

  it('is not counted once where answers that are kept back overlap', () => {
    const keptBack = [
      [XBT, 12, 15],
      ['account', 14, 18],
    ] as const;
    assert.equal(bareS({ steps, keptBack }), 14);
  });

  it('is counted while an answer is kept back that was given up, or asked for by a dead bot', () => {
    assert.equal(bareS({ steps, keptBack: [[XBT, 12, 28]] }), 10);
    assert.equal(bareS({ steps, keptBack: [[XBT, 4, 15]], up: [[5, 1000]] }), 20);
  });

  it('is not counted while the machine gave no processor', () => {
    assert.equal(bareS({ steps, starvedMs: 1500 }), 18.5);
  });
});

describe('an order of a person’s', () => {
  const placed = { id: '36', symbol: XBT, clientOid: '', type: 'limit', stop: '' };
  const told = { type: 'order.orphaned', venueId: '36', done: 'left alone' };
  const problemsOf = (order: object, facts: readonly object[], taken = false) =>
    personProblems(
      {
        exchange: { accounts: { orders: new Map([['36', order]]), fills: FILLS } },
        takenBack: taken ? [order] : [],
      } as unknown as Evidence,
      journalOf(facts),
    ).join();
  const FILLS = [{ tradeId: '18', orderId: '36', side: 'buy', clientOid: '', kind: 'trade' }];

  it('is told of once where it waited, and left alone', () => {
    assert.equal(problemsOf({ ...placed, canceled: true }, [told], true), '');
    assert.equal(problemsOf({ ...placed, canceled: false }, []), '');
    assert.match(problemsOf({ ...placed, canceled: true }, [], true), /was told of 0×/);
    assert.match(problemsOf({ ...placed, canceled: false }, [told, told]), /was told of 2×/);
  });

  it('is canceled by nobody but the person', () => {
    assert.match(problemsOf({ ...placed, canceled: true }, [told]), /of a person was canceled/);
    const done = { ...told, done: 'canceled' };
    assert.match(problemsOf({ ...placed, canceled: false }, [done]), /was not left alone/);
  });

  it('is booked as nobody’s order', () => {
    const filled = { type: 'order.filled', fillId: '18/36/buy', id: 'hand:18/36/buy' };
    assert.equal(problemsOf(placed, [filled]), '');
    assert.match(problemsOf(placed, [{ ...filled, id: '7-2' }]), /was booked as order 7-2/);
  });
});
