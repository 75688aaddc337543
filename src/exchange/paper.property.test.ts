import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { play, type Script, script } from '../../test/fixtures/paper-script.ts';
import { contractFor, tradesOf, type World } from '../../test/fixtures/paper-world.ts';
import { canonicalText } from '../base/canonical.ts';
import { asUnits, lotsBelow, notional } from '../base/money.ts';
import type { Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import type { Candle } from '../core/market.ts';
import { hasFired, type Order } from '../core/order.ts';
import { marginOf } from '../core/position.ts';
import { equityOf, portfolio } from '../trade/portfolio.ts';

const RUNS = { numRuns: 250, seed: 20_260_101 };
const holds = (claim: (script: Script) => Promise<void>) =>
  fc.assert(fc.asyncProperty(script, claim), RUNS);

type Filled = Fact<'order.filled'>;
const fillsIn = (world: World): Filled[] =>
  world.facts.flatMap(fact => (fact.type === 'order.filled' ? [fact] : []));
const orderById = (world: World): Map<string, Order> =>
  new Map(
    world.facts.flatMap(fact =>
      fact.type === 'order.approved' ? [[fact.order.id, fact.order]] : [],
    ),
  );
const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => asUnits(a + b), 0);

describe('the paper exchange, whatever the market and the orders', () => {
  it('the scripts reach every exit in both directions and every report', async () => {
    const seen = new Set<string>();
    await holds(async told => {
      const world = await play(told);
      for (const trade of tradesOf(world)) seen.add(`${trade.side} ${trade.exitReason}`);
      for (const fact of world.facts) seen.add(fact.type);
    });
    for (const side of ['long', 'short'])
      for (const reason of [
        'stop_loss',
        'trailing_stop_loss',
        'take_profit',
        'exit_signal',
        'liquidation',
      ])
        assert(seen.has(`${side} ${reason}`), `no ${side} ${reason}`);
    for (const name of ['rejected', 'expired', 'canceled', 'triggered'])
      assert(seen.has(`order.${name}`), `no ${name}`);
    assert(seen.has('funding.settled'), 'no funding');
  });

  it('money is conserved to the unit, over the account and over its trades', () =>
    holds(async told => {
      const world = await play(told);
      const { state } = world;
      const fees = sum(fillsIn(world).map(({ fee }) => fee));
      const funding = sum(
        world.facts.flatMap(fact => (fact.type === 'funding.settled' ? [fact.amount] : [])),
      );
      assert.equal(state.feesPaid, fees);
      assert.equal(state.fundingPaid, funding);
      assert.equal(state.balance, state.startBalance + state.realised - fees - funding);
      const tradesProfit = sum(tradesOf(world).map(({ profit }) => profit));
      const open = sum(
        Object.values(state.positions).map(held => held.realised - held.fees - held.funding),
      );
      assert.equal(tradesProfit + open, state.balance - state.startBalance);
      assert.deepEqual(state.closing, []);
      assert(Number.isSafeInteger(equityOf(state)));
    }));

  it('a trade never loses more than the margin put up and its fees', () =>
    holds(async told => {
      const world = await play(told);
      const orders = orderById(world);
      for (const trade of tradesOf(world)) {
        const order = orders.get(trade.id);
        const lotSize = contractFor(trade.symbol).lotSize;
        const margin = sum(
          fillsIn(world)
            .filter(({ id }) => id === trade.id)
            .map(fill => marginOf(notional(fill.price, fill.lots, lotSize), order?.leverage ?? 0)),
        );
        assert(trade.profit >= -margin - Math.max(0, trade.fees), `${trade.profit} of ${margin}`);
      }
    }));

  it('no order is filled beyond its lots, and no fill beyond its share of the volume', () =>
    holds(async told => {
      const world = await play(told);
      const lots = new Map<string, number>();
      let fills: Filled[] = [];
      for (const fact of world.facts) {
        if (fact.type === 'order.filled') {
          fills.push(fact);
          lots.set(fact.id, (lots.get(fact.id) ?? 0) + fact.lots);
        }
        if (fact.type !== 'candle.closed') continue;
        const ids = fills.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'one fill per order and candle');
        for (const fill of fills) {
          assert(fact.volume > 0, 'a fill in a dead market');
          if (fill.exitReason !== 'liquidation')
            assert(fill.lots <= fact.volume * 100 * 0.2 + 1e-6, 'more than its share');
        }
        fills = [];
      }
      for (const [id, order] of orderById(world)) assert((lots.get(id) ?? 0) <= order.lots);
    }));

  it('stop before target: no target fills in a candle that reached the stop', () =>
    holds(async told => {
      const world = await play(told);
      const orders = orderById(world);
      let targets: Filled[] = [];
      for (const fact of world.facts) {
        if (fact.type === 'order.filled' && fact.exitReason === 'take_profit') targets.push(fact);
        if (fact.type !== 'candle.closed') continue;
        for (const target of targets) assertStopUnreached(target, orders, fact);
        targets = [];
      }
    }));

  function assertStopUnreached(target: Filled, orders: Map<string, Order>, candle: Candle): void {
    const stop = orders.get(target.id.replace('.target', ''))?.protection?.stop ?? 0;
    if (target.side === 'sell') assert(candle.low > stop, `${candle.low} reached ${stop}`);
    else assert(candle.high < stop, `${candle.high} reached ${stop}`);
  }

  it('a stop that was reached where anything was traded is gone or has fired', () =>
    holds(async told => {
      await play(told, world => {
        const candle = world.facts.findLast(fact => fact.type === 'candle.closed');
        if (candle === undefined || candle.volume === 0) return;
        for (const open of Object.values(world.state.orders)) {
          const { kind, side, symbol, createdAt } = open.order;
          if (kind !== 'stop' || symbol !== candle.symbol || createdAt > candle.time) continue;
          const trigger = open.trigger ?? 0;
          const reached: boolean = side === 'sell' ? candle.low <= trigger : candle.high >= trigger;
          assert(!reached || hasFired(open), `${open.order.id} was forgotten`);
        }
      });
    }));

  it('a stop that has fired takes what the next candles trade, and no target does', () =>
    holds(async told => {
      let looked = 0;
      let fired: Record<string, number> = {};
      await play(told, world => {
        const since = world.facts.slice(looked);
        looked = world.facts.length;
        const { positions, orders } = world.state;
        const candle = since.find(fact => fact.type === 'candle.closed');
        const lots = candle === undefined ? undefined : fired[candle.symbol];
        if (
          candle !== undefined &&
          lots !== undefined &&
          lotsBelow(candle.volume * 0.2, 0.01) > 0
        ) {
          assert((positions[candle.symbol]?.lots ?? 0) < lots);
          assert(since.every(fact => !('exitReason' in fact) || fact.exitReason !== 'take_profit'));
        }
        fired = {};
        for (const open of Object.values(orders))
          if (/stop/.test(open.order.kind) && hasFired(open))
            fired[open.order.symbol] = positions[open.order.symbol]?.lots ?? 0;
      });
    }));

  it('a replay of the recorded facts gives the same state', () =>
    holds(async told => {
      const world = await play(told);
      const state = portfolio.initial();
      const fold = createFold([portfolio], { portfolio: state });
      for (const fact of world.facts) fold(fact);
      assert.equal(canonicalText(state), canonicalText(world.state));
    }));

  it('a crash at any candle changes no report: the portfolio is all there is', () =>
    holds(async told => {
      const whole = await play(told);
      const crashed = await play(told, world => world.restore());
      assert.deepEqual(crashed.facts, whole.facts);
      assert.equal(canonicalText(crashed.state), canonicalText(whole.state));
    }));

  it('no look-ahead: another future changes nothing before it', () =>
    fc.assert(
      fc.asyncProperty(script, script, fc.nat(60), async (told, other, cut) => {
        const now = Math.min(cut, told.beats.length);
        const counts: number[] = [];
        const count = (world: World, _: unknown, index: number) => {
          if (index === now) counts.push(world.facts.length);
        };
        const one = await play(told, count);
        const future = [...told.beats.slice(0, now), ...other.beats];
        const two = await play({ ...told, beats: future }, count);
        const known = counts[0] ?? one.facts.length;
        assert.deepEqual(two.facts.slice(0, known), one.facts.slice(0, known));
      }),
      RUNS,
    ));
});
