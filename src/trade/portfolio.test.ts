import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BTC, createWorld, ETH, FREE } from '../../test/fixtures/paper-world.ts';
import { must } from '../base/assert.ts';
import { canonicalText } from '../base/canonical.ts';
import { EXIT, type Fault } from '../base/fault.ts';
import { toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Encoded } from '../core/component.ts';
import { createFold } from '../core/fold.ts';
import {
  availableOf,
  equityOf,
  isEntering,
  isLeaving,
  openTrades,
  outboxOf,
  type Portfolio,
  portfolio,
  tradeOf,
} from './portfolio.ts';

const protection = { stop: 90, takeProfit: 120, trail: 5 };

/** A long of one BTC at 100 with its bracket, a resting ETH limit order, an unanswered order. */
async function busyWorld() {
  const world = createWorld({ settings: FREE });
  world.candle({ open: 100 });
  await world.place({ protection });
  world.candle({ open: 100, close: 104, high: 105 });
  world.candle({ symbol: ETH, time: MINUTE_MS, open: 50 });
  await world.place({ symbol: ETH, kind: 'limit', price: 40, leverage: 2 });
  const approved = world.facts.find(fact => fact.type === 'order.approved');
  assert(approved?.type === 'order.approved');
  const order = { ...approved.order, id: '99-0', symbol: ETH, leverage: 5 };
  world.tell({ type: 'order.approved', order });
  return world;
}

describe('equity', () => {
  it('past what money can count is a fault that names the price, not a number kept', async () => {
    const world = createWorld({ settings: FREE });
    world.candle({ open: 100 });
    await world.place({});
    world.candle({ open: 100, close: 1e9 });
    assert.throws(
      () => equityOf(world.state),
      (error: Fault) =>
        error.exitCode === EXIT.corrupt && error.message.includes(`${BTC} at 1000000000`),
    );
  });
});

describe('the open trades', () => {
  it('are counted by symbol: an entry filled in part is one, whatever else is on its way', async () => {
    const world = createWorld({ settings: { ...FREE, volumeShare: 0.1 } });
    world.candle({ open: 100 });
    assert.equal(openTrades(world.state, 0), 0);
    await world.place({ lots: 100, protection, expiresAt: 9 * MINUTE_MS });
    assert.equal(openTrades(world.state, 0), 1, 'accepted');
    world.candle({ open: 100, volume: 4 });
    assert.equal(world.state.positions[BTC]?.lots, 40);
    assert.equal(openTrades(world.state, 0), 1, 'filled in part, with its legs');
    world.candle({ symbol: ETH, time: world.now, open: 50 });
    await world.place({ symbol: ETH, kind: 'limit', price: 40 });
    assert.equal(openTrades(world.state, 0), 2);
    const approved = world.facts.findLast(fact => fact.type === 'order.approved');
    assert(approved !== undefined);
    world.tell({ type: 'order.approved', order: { ...approved.order, id: '99-0' } });
    assert.equal(openTrades(world.state, 0), 2, 'unanswered beside an open one');
    world.candle({ open: 100 });
    assert.equal(openTrades(world.state, 0), 2, 'filled');
    const { time } = must(world.state.marks[ETH], 'a price');
    assert.equal(openTrades(world.state, time), 2);
    assert.equal(openTrades(world.state, time + 1), 1, 'without a market that fell silent');
  });
});

describe('the portfolio', () => {
  it('an approved order waits in the outbox until it is answered', async () => {
    const world = await busyWorld();
    assert.deepEqual(
      outboxOf(world.state).map(({ id }) => id),
      ['99-0'],
    );
    world.tell({ type: 'order.accepted', id: '99-0', time: world.now });
    assert.deepEqual(outboxOf(world.state), []);
    assert.equal(world.state.orders['99-0']?.filledLots, 0);
  });

  it('a rejected, expired or canceled order is gone from the outbox and the orders', async () => {
    for (const type of ['order.rejected', 'order.expired', 'order.canceled'] as const) {
      const world = await busyWorld();
      const count = Object.keys(world.state.orders).length;
      world.tell({ type, id: '99-0', time: world.now, reason: 'no' });
      assert.deepEqual(outboxOf(world.state), []);
      assert.equal(Object.keys(world.state.orders).length, count);
    }
  });

  it('an answer that comes twice changes nothing', async () => {
    const world = await busyWorld();
    const before = canonicalText(world.state);
    for (const id of Object.keys(world.state.orders))
      world.tell({ type: 'order.accepted', id, time: 0 });
    assert.equal(canonicalText(world.state), before);
  });

  it('equity is the balance and what the positions would bring at the last closes', async () => {
    const world = await busyWorld();
    assert.equal(equityOf(world.state), world.state.startBalance + toUnits(4));
  });

  it('margins and the reserves of entries on their way are not available', async () => {
    const { state } = await busyWorld();
    const used = 100 / 10 + 40 / 2 + 50 / 5;
    assert.equal(availableOf(state), state.startBalance - toUnits(used));
  });

  it('tells what is on its way into and out of a symbol', async () => {
    const world = await busyWorld();
    assert.deepEqual([isEntering(world.state, BTC), isEntering(world.state, ETH)], [false, true]);
    assert.equal(isLeaving(world.state, BTC), false, 'a bracket is not an exit on its way');
    await world.place({ side: 'sell', reduceOnly: true, exitReason: 'time_exit' });
    assert.equal(isLeaving(world.state, BTC), true);
  });

  it('a closed trade waits for the fact that tells it', async () => {
    const world = await busyWorld();
    const reports = world.exchange.advance({
      symbol: BTC,
      time: world.now,
      open: 80,
      high: 80,
      low: 80,
      close: 80,
      volume: 9000,
    });
    for (const report of reports) world.tell(report);
    const trade = tradeOf(world.state);
    assert.equal(trade?.exitReason, 'liquidation');
    assert.equal(trade?.profit, -toUnits(10));
    if (trade !== null) world.tell({ type: 'trade.closed', trade });
    assert.equal(tradeOf(world.state), null);
    const legs = Object.values(world.state.orders).filter(({ order }) => order.symbol === BTC);
    assert.deepEqual(legs, []);
  });

  it('the start balance follows the settings until the first fill, then never again', async () => {
    const world = createWorld({ settings: FREE });
    const richer = { ...world.settings, startBalance: toUnits(500) };
    world.tell({ type: 'config.changed', settings: richer });
    assert.deepEqual([world.state.startBalance, world.state.balance], [5e10, 5e10]);
    world.candle({ open: 100 });
    await world.place({});
    world.candle({ open: 100 });
    world.tell({ type: 'config.changed', settings: { ...richer, startBalance: toUnits(9) } });
    assert.equal(world.state.startBalance, 5e10);
  });

  it('knows the best and worst price of its closed candles', async () => {
    const world = await busyWorld();
    const position = world.state.positions[BTC];
    assert.deepEqual([position?.highest, position?.lowest, position?.candlesHeld], [105, 100, 1]);
    const trail = Object.values(world.state.orders).find(({ order }) => order.trail !== null);
    assert.equal(trail?.trigger, 100);
  });
});

describe('the portfolio file', () => {
  const encode = (state: Portfolio): { format: 'json'; value: Record<string, unknown> } =>
    JSON.parse(JSON.stringify(portfolio.file.encode(state)));

  it('a state that was saved and loaded goes on as the one that was not', async () => {
    const world = await busyWorld();
    const loaded = portfolio.file.decode(encode(world.state));
    assert.equal(canonicalText(loaded), canonicalText(world.state));
    const fold = createFold([portfolio], { portfolio: loaded });
    const known = world.facts.length;
    world.candle({ open: 110, high: 121, volume: 0.5 });
    world.candle({ open: 99 });
    for (const fact of world.facts.slice(known)) fold(fact);
    assert.equal(canonicalText(loaded), canonicalText(world.state));
  });

  it('what was encoded is not touched by later folds', async () => {
    const world = await busyWorld();
    const encoded = portfolio.file.encode(world.state);
    const text = JSON.stringify(encoded);
    world.candle({ open: 80 });
    assert.equal(JSON.stringify(encoded), text);
  });

  it('a field that is not its own is refused by name', () => {
    const content = encode(portfolio.initial());
    Object.assign(content.value, { luck: 7 });
    assert.throws(() => portfolio.file.decode(content), /portfolio\.luck is unknown/);
  });

  it('any field that is missing or of another kind is refused by name', async () => {
    const { state } = await busyWorld();
    const paths = leavesOf(encode(state).value);
    assert(paths.length > 80);
    for (const path of paths)
      for (const wrong of [undefined, { odd: true }]) {
        const content = encode(state);
        setAt(content.value, path, wrong);
        assert.throws(
          () => portfolio.file.decode(content),
          /^Error: portfolio\./,
          `${path.join('.')} = ${wrong}`,
        );
      }
    const other: Encoded = { format: 'npy', rows: 0, columns: 0, data: new Float64Array() };
    assert.throws(() => portfolio.file.decode(other), /JSON, not npy/);
  });

  it('check names a broken invariant', async () => {
    const breaks: ((state: Portfolio) => void)[] = [
      state => {
        state.balance += 1;
      },
      state => {
        for (const position of Object.values(state.positions)) position.lots = 0;
      },
      state => {
        for (const open of Object.values(state.orders)) open.filledLots = open.order.lots;
      },
      state => {
        for (const symbol of Object.keys(state.contracts)) delete state.contracts[symbol];
      },
    ];
    for (const broken of breaks) {
      const { state } = await busyWorld();
      assert.equal(portfolio.check?.(state), null);
      broken(state);
      assert.equal(typeof portfolio.check?.(state), 'string');
    }
  });
});

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, entry]) => leavesOf(entry, [...path, key]));
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = root;
  for (const key of path.slice(0, -1)) node = node[key] as Record<string, unknown>;
  node[path.at(-1) ?? ''] = value;
}
