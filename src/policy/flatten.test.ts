import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTRACT, freshRisk, position } from '../../test/policy-fixture.ts';
import type { Fact, FactName } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import type { Order } from '../core/order.ts';
import { createStepper, type Input, jsonRecorder, type Word } from '../core/step.ts';
import { portfolio } from '../trade/portfolio.ts';
import { riskManager } from '../trade/risk-manager.ts';
import { run } from '../trade/run.ts';
import { decide } from './decide.ts';
import type { World } from './world.ts';

const TIME = Date.UTC(2024, 7, 5, 12);
const BTC = CONTRACT.symbol;
const ETH = 'ETH/USDT:USDT';

/** A bot that holds these symbols, and what is said to it step by step. */
function botThatHolds(...symbols: string[]) {
  const world = { run: run.initial(), portfolio: portfolio.initial(), 'risk-manager': freshRisk() };
  for (const symbol of [BTC, ETH])
    world.portfolio.contracts[symbol] = { ...CONTRACT, symbol, priceStep: 0.1 };
  for (const symbol of symbols) world.portfolio.positions[symbol] = position({ symbol });
  const stepper = createStepper<World>({
    world: world as World,
    fold: createFold([riskManager, portfolio], world),
    decide,
    recorder: jsonRecorder,
    epoch: 3,
  });
  let seq = 40;
  const input = (given: Input): Fact[] => {
    seq += 1;
    return [...stepper.run(seq, given).facts];
  };
  return {
    world,
    say: (word: Word) => input({ ...word, time: TIME }),
    answer: (report: Extract<Input, { kind: 'answer' }>['report']) =>
      input({ kind: 'answer', report }),
    risk: world['risk-manager'],
  };
}

const types = (facts: readonly Fact[]): FactName[] => facts.map(({ type }) => type);

/** An entry that is on its way to open a long in BTC. */
const entry: Order = {
  ...{ id: '7-1', epoch: 3, symbol: BTC, side: 'buy', kind: 'market', lots: 10, price: null },
  ...{ trigger: null, trail: null, reduceOnly: false, leverage: 3, createdAt: TIME },
  ...{ expiresAt: TIME + 300_000, strategy: 'breakout', exitReason: null, protection: null },
  models: { signal: 0, deep: 0 },
};

const fillOf = (lots: number): Fact<'order.filled'> => ({
  ...{ type: 'order.filled', id: entry.id, symbol: BTC, side: 'buy', price: 1000, lots, fee: 0 },
  ...{ liquidity: 'taker', time: TIME, exitReason: null },
});

describe('a pause', () => {
  it('is told once, by whom it was said first, and lifted once', () => {
    const { say, risk } = botThatHolds();
    assert.deepEqual(say({ kind: 'pause', reason: 'BTC is frozen' }), [
      { type: 'trading.paused', time: TIME, reason: 'BTC is frozen' },
    ]);
    assert.deepEqual(say({ kind: 'pause' }), []);
    assert.deepEqual(risk.paused, { since: TIME, reason: 'BTC is frozen' });
    assert.deepEqual(say({ kind: 'resume' }), [{ type: 'trading.resumed', time: TIME }]);
    assert.deepEqual(say({ kind: 'resume' }), []);
    assert.equal('paused' in risk, false);
    assert.deepEqual(say({ kind: 'pause' }), [{ type: 'trading.paused', time: TIME }]);
  });

  it('leaves positions and the kill switch alone, and the kill switch leaves it alone', () => {
    const { say, risk } = botThatHolds(BTC);
    assert.deepEqual(types(say({ kind: 'pause' })), ['trading.paused']);
    say({ kind: 'kill-switch', on: true });
    say({ kind: 'resume' });
    assert.deepEqual([risk.killSwitch, risk.paused], [true, undefined]);
    say({ kind: 'pause' });
    say({ kind: 'kill-switch', on: false });
    assert.deepEqual([risk.killSwitch, risk.paused], [false, { since: TIME }]);
  });
});

describe('a flatten', () => {
  it('pauses and leaves every position at the market, all in one step', () => {
    const { say, world } = botThatHolds(ETH, BTC);
    const facts = say({ kind: 'flatten' });
    assert.deepEqual(types(facts), [
      ...(['trading.paused', 'flatten.ordered', 'order.approved', 'order.approved'] as const),
    ]);
    const orders = facts.flatMap(fact => (fact.type === 'order.approved' ? [fact.order] : []));
    assert.deepEqual(
      orders.map(({ id, symbol }) => [id, symbol]),
      [
        ['41-2', BTC],
        ['41-3', ETH],
      ],
      'in the order of the symbols, whatever that of a file',
    );
    for (const order of orders) {
      const { kind, side, lots, reduceOnly, exitReason, createdAt, epoch } = order;
      assert.deepEqual([kind, side, lots, reduceOnly], ['market', 'sell', 70, true]);
      assert.deepEqual([exitReason, createdAt, epoch], ['force_exit', TIME, 3]);
      assert.equal(order.expiresAt, Number.MAX_SAFE_INTEGER, 'it is never given up');
    }
    assert.deepEqual(Object.keys(world.portfolio.outbox), ['41-2', '41-3']);
  });

  it('said again orders nothing, nor where a position is being left already', () => {
    const { say } = botThatHolds(BTC, ETH);
    say({ kind: 'flatten' });
    for (const _ of [1, 2]) assert.deepEqual(say({ kind: 'flatten' }), []);
  });

  it('said again leaves a position whose exit the exchange refused', () => {
    const { say, answer } = botThatHolds(BTC);
    say({ kind: 'flatten' });
    const refused = { type: 'order.rejected', id: '41-2', time: TIME, reason: 'too busy' } as const;
    assert.deepEqual(types(answer(refused)), ['order.rejected'], 'never in a circle by itself');
    assert.deepEqual(types(say({ kind: 'flatten' })), ['order.approved']);
  });

  it('of nothing is done at once, and then there is nothing to do', () => {
    const { say, risk } = botThatHolds();
    assert.deepEqual(types(say({ kind: 'flatten' })), [
      ...(['trading.paused', 'flatten.ordered', 'flatten.completed'] as const),
    ]);
    assert.deepEqual([risk.flattening, risk.paused], [undefined, { since: TIME }]);
    assert.deepEqual(say({ kind: 'flatten' }), []);
  });

  it('of a paused bot keeps since when and why it was paused', () => {
    const { say, risk } = botThatHolds(BTC);
    say({ kind: 'pause', reason: 'BTC is frozen' });
    const facts = say({ kind: 'flatten', reason: 'no stop' });
    assert.deepEqual(facts[0], { type: 'flatten.ordered', time: TIME, reason: 'no stop' });
    assert.equal(risk.paused?.reason, 'BTC is frozen');
  });

  it('waits for an entry on its way, and is done once that is canceled', () => {
    const { say, answer, world, risk } = botThatHolds();
    world.portfolio.outbox[entry.id] = { order: entry };
    assert.deepEqual(types(say({ kind: 'flatten' })), ['trading.paused', 'flatten.ordered']);
    const canceled = {
      type: 'order.canceled',
      id: entry.id,
      time: TIME,
      reason: 'paused',
    } as const;
    assert.deepEqual(types(answer(canceled)), ['order.canceled', 'flatten.completed']);
    assert.equal(risk.flattening, undefined);
  });

  it('leaves at once what an entry was filled with after all, by one order however it fills', () => {
    const { say, answer, world } = botThatHolds();
    world.portfolio.orders[entry.id] = { order: entry, filledLots: 0, trigger: null };
    say({ kind: 'flatten' });
    const facts = answer(fillOf(4));
    assert.deepEqual(types(facts), ['order.filled', 'order.approved']);
    assert.equal(facts[1]?.type === 'order.approved' && facts[1].order.lots, 4);
    assert.deepEqual(types(answer(fillOf(6))), ['order.filled']);
  });

  it('is called off by a resume; what was ordered is not', () => {
    const { say, risk, world } = botThatHolds(BTC);
    say({ kind: 'flatten' });
    assert.deepEqual(types(say({ kind: 'resume' })), ['trading.resumed']);
    assert.deepEqual([risk.paused, risk.flattening], [undefined, undefined]);
    assert.equal(Object.keys(world.portfolio.outbox).length, 1);
  });
});
