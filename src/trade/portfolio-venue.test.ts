import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BTC, createWorld, ETH, FREE, type World } from '../../test/fixtures/paper-world.ts';
import { must } from '../base/assert.ts';
import { FILL_OVERLAP_MS, ORPHANS_KEPT_MAX } from '../base/limits.ts';
import { toUnits } from '../base/money.ts';
import type { Fact } from '../core/fact.ts';
import type { Order } from '../core/order.ts';
import {
  fillKeyOf,
  fillsSince,
  isProtected,
  isTaken,
  stopsToPlace,
  stopsToWithdraw,
  type VenueBooks,
} from '../core/venue-books.ts';
import { portfolio } from './portfolio.ts';
import { frozenBy } from './portfolio-venue.ts';

const START = 1000;
const protection = { stop: 90, takeProfit: 120, trail: null };
const venueOf = (world: World): VenueBooks => must(world.state.venue, 'venue');

/** A live account of 5000 that has met the venue. */
function live(): World {
  const world = createWorld({ settings: FREE });
  world.tell({ type: 'account.opened', time: START, balance: toUnits(5000) });
  return world;
}

/** Ten lots long at 100, of an order of ours. */
function held(): World {
  const world = live();
  const order = orderOf('1-0');
  world.tell({ type: 'order.approved', order });
  world.tell({ type: 'order.accepted', id: '1-0', time: START });
  fill(world, { id: '1-0', side: 'buy', lots: 10, price: 100, fillId: 'f1' });
  return world;
}

const orderOf = (id: string): Order =>
  ({
    ...{ id, epoch: 1, symbol: BTC, side: 'buy', kind: 'market', lots: 10, price: null },
    ...{ trigger: null, trail: null, reduceOnly: false, leverage: 5, createdAt: START },
    ...{ expiresAt: START + 1, strategy: 'breakout', exitReason: null, protection },
    models: { signal: 0, deep: 0 },
  }) satisfies Order;

const named = (fillId: string, side: 'buy' | 'sell' = 'buy') => ({
  ...{ fillId, venueId: `order of ${fillId}`, side, time: START },
});

interface Filled {
  readonly id: string;
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  readonly price: number;
  readonly fillId: string;
  readonly time?: number;
}

const fill = (world: World, { time = START, ...filled }: Filled): void =>
  world.tell({
    ...{ type: 'order.filled', symbol: BTC, fee: 0, liquidity: 'taker', time, exitReason: null },
    ...filled,
  });

const adopted = (id: string, lots: number, fillId?: string): Fact<'position.adopted'> =>
  ({
    ...{ type: 'position.adopted', id, symbol: BTC, side: 'buy', lots, price: 100, fee: 7 },
    ...{ leverage: 5, stop: 80, time: START, ...(fillId !== undefined && { fillId }) },
  }) satisfies Fact;

const placed = (id: string, revision: number, lots: number, trigger: number) =>
  ({
    type: 'stop.placed',
    id,
    symbol: BTC,
    epoch: 1,
    revision,
    lots,
    trigger,
    time: START,
  }) as const;

describe('an account that is opened', () => {
  it('begins with what the venue holds, and keeps it over a file', () => {
    const world = live();
    assert.equal(world.state.balance, toUnits(5000));
    assert.equal(venueOf(world).since, START);
    world.restore();
    assert.equal(venueOf(world).since, START);
    assert.equal(portfolio.check?.(world.state), null);
  });

  it('takes a deposit for no profit', () => {
    const world = live();
    world.tell({ type: 'balance.corrected', time: START, amount: toUnits(100), reason: 'deposit' });
    const { balance, startBalance, realised } = world.state;
    assert.deepEqual([balance, startBalance, realised], [toUnits(5100), toUnits(5100), 0]);
    assert.equal(portfolio.check?.(world.state), null);
  });
});

describe('the legs of a position', () => {
  it('are to be placed, the stop first, until the venue holds them as they are', () => {
    const world = held();
    const wanted = stopsToPlace(world.state, venueOf(world));
    assert.deepEqual(
      wanted.map(({ id, kind, revision, lots, trigger }) => [id, kind, revision, lots, trigger]),
      [
        ['1-0.stop', 'stop', 1, 10, 90],
        ['1-0.target', 'take_profit', 1, 10, 120],
      ],
    );
    assert.equal(isProtected(world.state, venueOf(world), BTC), false);
    world.tell(placed('1-0.stop', 1, 10, 90));
    world.restore();
    assert.equal(isProtected(world.state, venueOf(world), BTC), true);
    const left = stopsToPlace(world.state, venueOf(world));
    assert.deepEqual(
      left.map(({ id }) => id),
      ['1-0.target'],
    );
  });

  it('that grew are placed anew before the former revision goes, which is never used again', () => {
    const world = held();
    world.tell(placed('1-0.stop', 1, 10, 90));
    world.tell(adopted('hand', 5));
    const [wanted] = stopsToPlace(world.state, venueOf(world));
    assert.deepEqual([wanted?.revision, wanted?.lots], [2, 15]);
    assert.deepEqual(stopsToWithdraw(world.state, venueOf(world)), []);
    world.tell(placed('1-0.stop', 2, 15, 90));
    const stale = { id: '1-0.stop', symbol: BTC, epoch: 1, revision: 1 };
    assert.deepEqual(stopsToWithdraw(world.state, venueOf(world)), [stale]);
    const { id, symbol, revision } = stale;
    const gone = { id, symbol, revision, time: START, reason: 'replaced' };
    world.tell({ type: 'stop.withdrawn', ...gone });
    assert.deepEqual(stopsToWithdraw(world.state, venueOf(world)), []);
    assert.throws(() => world.tell(placed('1-0.stop', 2, 15, 91)), /used twice/);
  });

  it('of a position that is gone are stale, and hold entries back until they are withdrawn', () => {
    const world = held();
    world.tell(placed('1-0.stop', 1, 10, 90));
    fill(world, { id: 'hand:f2', side: 'sell', lots: 10, price: 101, fillId: 'f2' });
    assert.equal(world.state.positions[BTC], undefined);
    assert.match(frozenBy(world.state, BTC) ?? '', /stop of a former position/);
    assert.equal(stopsToWithdraw(world.state, venueOf(world)).length, 1);
    const gone = { id: '1-0.stop', symbol: BTC, revision: 1, time: START, reason: 'closed' };
    world.tell({ type: 'stop.withdrawn', ...gone });
    assert.equal(frozenBy(world.state, BTC), null);
    assert.deepEqual(venueOf(world).stops, {});
  });

  it('that fired in part are not placed beside themselves, but again once they are withdrawn', () => {
    const world = held();
    world.tell(placed('1-0.stop', 1, 10, 90));
    fill(world, { id: '1-0.stop', side: 'sell', lots: 4, price: 90, fillId: 'f2' });
    const ids = () => stopsToPlace(world.state, venueOf(world)).map(({ id }) => id);
    assert.deepEqual(ids(), ['1-0.target']);
    const gone = { id: '1-0.stop', symbol: BTC, revision: 1, time: START, reason: 'canceled' };
    world.tell({ type: 'stop.withdrawn', ...gone });
    assert.deepEqual(ids(), ['1-0.stop', '1-0.target']);
  });
});

describe('a fill of the venue', () => {
  it('is taken once, and asked for again as far back as the overlap', () => {
    const world = held();
    assert.equal(isTaken(venueOf(world), BTC, named('f1')), true);
    assert.equal(fillsSince(venueOf(world), BTC), START);
    const later = START + 2 * FILL_OVERLAP_MS;
    fill(world, { id: '1-0.stop', side: 'sell', lots: 4, price: 9, fillId: 'f2', time: later });
    assert.equal(isTaken(venueOf(world), BTC, named('f1')), false);
    assert.equal(fillsSince(venueOf(world), BTC), later - FILL_OVERLAP_MS);
    assert.throws(
      () => fill(world, { id: '1-0.stop', side: 'sell', lots: 1, price: 9, fillId: 'f2' }),
      /taken twice/,
    );
  });

  it('is one of two where an account trades with itself, by the order behind it', () => {
    const world = held();
    const side = 'sell' as const;
    const taken = named('f3', side);
    fill(world, { id: '1-0.stop', side, lots: 4, price: 9, fillId: fillKeyOf(taken) });
    assert.equal(isTaken(venueOf(world), BTC, taken), true);
    assert.equal(isTaken(venueOf(world), BTC, named('f3')), false);
    assert.equal(isTaken(venueOf(world), BTC, { ...taken, venueId: 'another' }), false);
  });

  it('that an older release took is known by the id that it had there', () => {
    const world = held();
    assert.deepEqual(venueOf(world).fills[BTC], [{ id: 'f1', time: START }]);
    assert.equal(isTaken(venueOf(world), BTC, named('f1', 'sell')), true);
  });
});

describe('a position that nobody here opened', () => {
  it('is one of ours behind a stop from its adoption on', () => {
    const world = live();
    world.tell(adopted('hand-1', 5, 'f9'));
    const position = must(world.state.positions[BTC], 'position');
    assert.deepEqual([position.lots, position.strategy, position.fees], [5, 'adopted', 7]);
    assert.equal(world.state.orders['hand-1.stop']?.trigger, 80);
    assert.equal(isTaken(venueOf(world), BTC, named('f9')), true);
    assert.equal(portfolio.check?.(world.state), null);
  });

  it('and that is left alone holds entries back until it is gone', () => {
    const world = live();
    world.tell({ type: 'position.left', symbol: BTC, lots: -3, time: START });
    assert.match(frozenBy(world.state, BTC) ?? '', /not of this bot/);
    world.restore();
    world.tell({ type: 'position.left', symbol: BTC, lots: 0, time: START });
    assert.equal(frozenBy(world.state, BTC), null);
  });
});

describe('the orders of others', () => {
  it('are remembered so many of a pair, the oldest forgotten first', () => {
    const world = live();
    const tell = (symbol: string, venueId: string): void =>
      world.tell({
        ...{ type: 'order.orphaned', symbol, venueId, clientId: '', time: START },
        done: 'left alone',
      });
    tell(ETH, 'another pair');
    for (let order = 0; order <= ORPHANS_KEPT_MAX; order += 1) tell(BTC, `v${order}`);
    world.restore();
    const { [BTC]: own = [], [ETH]: other } = venueOf(world).orphans ?? {};
    assert.deepEqual([own.length, own[0]], [ORPHANS_KEPT_MAX, 'v1']);
    assert.deepEqual(other, ['another pair']);
  });
});

describe('a settlement of funding', () => {
  it('that is told after its position was closed still takes its money', () => {
    const world = live();
    world.tell({ type: 'funding.settled', symbol: BTC, time: START + 5, rate: 0.1, amount: 9 });
    assert.deepEqual([world.state.balance, world.state.fundingPaid], [toUnits(5000) - 9, 9]);
    assert.equal(venueOf(world).funded[BTC], START + 5);
  });
});

describe('an order without an answer', () => {
  it('is doubted until it has one, and freezes its symbol', () => {
    const world = live();
    world.tell({ type: 'order.approved', order: orderOf('1-0') });
    world.tell({ type: 'order.doubted', id: '1-0', time: START, reason: 'timed out' });
    world.restore();
    assert.equal(world.state.outbox['1-0']?.doubted, true);
    assert.match(frozenBy(world.state, BTC) ?? '', /waits for its answer/);
    world.tell({ type: 'order.rejected', id: '1-0', time: START, reason: 'no' });
    assert.equal(frozenBy(world.state, BTC), null);
  });
});
