/**
 * The Q-table's choices through the whole pipeline: made when flat, held, answered once.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { notional, toUnits } from '../../src/base/money.ts';
import type { Fact } from '../../src/core/fact.ts';
import type { Settings } from '../../src/core/settings.ts';
import { ACTIONS, rewardOf, type WaitingChoice } from '../../src/learn/q-table.ts';
import type { World } from '../../src/policy/world.ts';
import { isEntering } from '../../src/trade/portfolio.ts';
import {
  createPipeline,
  LIVELY,
  runPipeline,
  saved,
  simulatedCandles,
} from '../fixtures/pipeline.ts';
import { walkFacts } from '../fixtures/walk-facts.ts';

const TAPE = simulatedCandles(3000, 3);
const { learning } = LIVELY;
const withLearning = (change: Partial<Settings['learning']>): Settings => ({
  ...LIVELY,
  learning: {
    ...learning,
    signalModel: false,
    deepSignalModel: false,
    attention: false,
    ...change,
  },
});

const run = await runPipeline({ candles: TAPE, settings: LIVELY });

interface Answered {
  readonly choice: WaitingChoice;
  readonly reward: Fact<'reward.observed'>;
  readonly step: readonly Fact[];
}

const answered: Answered[] = [];
walkFacts(run, ({ fact, step, world }) => {
  if (fact.type !== 'reward.observed') return;
  const choice = must(world['q-table'].waiting[fact.symbol], 'a choice that waits for its reward');
  answered.push({ choice: { ...choice }, reward: fact, step });
});

const closedIn = ({ reward, step }: Answered) =>
  step.flatMap(fact =>
    fact.type === 'trade.closed' && fact.trade.symbol === reward.symbol ? [fact.trade] : [],
  );
const traded = answered.filter(each => closedIn(each).length > 0);
const unused = answered.filter(each => closedIn(each).length === 0);

describe('a choice', () => {
  it('is made only when flat, with no entry under way and none waiting', () => {
    let choices = 0;
    walkFacts(run, ({ fact, world }) => {
      if (fact.type !== 'strategy.chosen') return;
      choices += 1;
      assert.equal(world.portfolio.positions[fact.symbol], undefined);
      assert.equal(world['q-table'].waiting[fact.symbol], undefined);
      assert.ok(!isEntering(world.portfolio, fact.symbol));
      assert.equal(world['risk-manager'].killSwitch, false);
      const { regime, volatility } = must(world.market.symbols[fact.symbol], 'the market').reading;
      assert.deepEqual([fact.regime, fact.volatility], [regime, volatility]);
    });
    assert.ok(choices > 100);
  });

  it('is answered exactly once, and nothing else is', () => {
    const choices = run.told('strategy.chosen').length;
    const waiting = Object.keys(run.world['q-table'].waiting).length;
    assert.equal(answered.length + waiting, choices);
    assert.equal(run.world['q-table'].rewards, answered.length);
  });

  it('that led to a trade lasts until the trade is closed, and is rewarded by its result', () => {
    assert.ok(traded.length > 15, `${traded.length}`);
    for (const each of traded) {
      const [trade, ...more] = closedIn(each);
      assert.equal(more.length, 0);
      assert.ok(each.choice.tradeOpen);
      assert.equal(trade?.strategy, each.choice.action);
      assert.equal(each.reward.reward, rewardOf(must(trade, 'a trade'), each.choice.candles));
    }
    assert.equal(traded.length, run.told('trade.closed').length);
  });

  it('that led to none is given up after its candles, with a reward of 0', () => {
    assert.ok(unused.length > 50);
    for (const { choice, reward } of unused) {
      assert.equal(reward.reward, 0);
      assert.equal(choice.tradeOpen, false);
      assert.ok(choice.candles >= learning.choiceCandles);
      // A little longer only where its entry was still on the way.
      assert.ok(choice.candles <= learning.choiceCandles + 5);
    }
  });

  it('keeps its strategy: nobody else proposes for the symbol while it waits', () => {
    walkFacts(run, ({ fact, world }) => {
      if (fact.type !== 'signal.weighed') return;
      assert.equal(fact.strategy, world['q-table'].waiting[fact.symbol]?.action);
    });
  });

  it('that stays out proposes nothing', () => {
    assert.ok(answered.some(({ choice }) => choice.action === 'stay_out'));
    assert.ok(run.told('signal.weighed').every(({ strategy }) => strategy !== 'stay_out'));
  });

  it('waits on over a restart, with the candles it has already waited', async () => {
    const before = createPipeline({ candles: TAPE, settings: LIVELY });
    await before.run(2001);
    const { waiting } = before.world['q-table'];
    assert.ok(Object.values(waiting).some(({ candles }) => candles > 0));
    const after = createPipeline({ candles: TAPE, settings: LIVELY, from: saved(before) });
    assert.deepEqual(after.world['q-table'].waiting, waiting);
    await after.run();
    assert.deepEqual(after.steps, run.steps);
  });
});

describe('a trade that an answer of the exchange closes', () => {
  it('is rewarded in that very step, by its result and the market of its symbol', async () => {
    const pipeline = createPipeline({ candles: TAPE, settings: LIVELY });
    const { world } = pipeline;
    const heldByChoice = (): string | undefined =>
      Object.keys(world.portfolio.positions).find(
        symbol => (world['q-table'].waiting[symbol]?.candles ?? 0) > 3,
      );
    let count = 0;
    for (; heldByChoice() === undefined; count += 1) await pipeline.run(count);
    const symbol = must(heldByChoice(), 'a position');
    const choice = { ...must(world['q-table'].waiting[symbol], 'its choice') };
    const { regime, volatility } = must(world.market.symbols[symbol], 'its market').reading;
    pipeline.input({ kind: 'answer', report: stopFilled(world, symbol) });

    const step = pipeline.steps.at(-1)?.texts.map(text => JSON.parse(text) as Fact) ?? [];
    assert.deepEqual(
      step.map(({ type }) => type),
      ['order.filled', 'trade.closed', 'equity.marked', 'reward.observed'],
    );
    const [, closed, , reward] = step;
    assert.ok(closed?.type === 'trade.closed' && reward?.type === 'reward.observed');
    assert.equal(reward.reward, rewardOf(closed.trade, choice.candles));
    assert.ok(reward.reward < 0);
    assert.equal(reward.time, closed.trade.exitTime);
    assert.deepEqual(
      [reward.symbol, reward.candles, reward.nextRegime, reward.nextVolatility],
      [symbol, choice.candles, regime, volatility],
    );
    assert.equal(world['q-table'].waiting[symbol], undefined);
    const rewards = world['q-table'].rewards;
    await pipeline.run(count + 1);
    assert.equal(world['q-table'].rewards, rewards, 'and not again with the next candle');
  });

  /** The stop of a position filled at its trigger, as a live exchange would tell it. */
  function stopFilled({ portfolio, run: { lastCandleTime } }: World, symbol: string) {
    const { lots, entryOrderId } = must(portfolio.positions[symbol], 'the position');
    const { order, trigger } = must(portfolio.orders[`${entryOrderId}.stop`], 'its stop');
    return {
      ...{ type: 'order.filled', id: order.id, symbol, side: order.side, lots, fee: 1000 },
      ...{ price: must(trigger, 'a trigger'), liquidity: 'taker', exitReason: order.exitReason },
      time: must(lastCandleTime, 'a candle') + 61_000,
    } as const satisfies Fact;
  }
});

describe('a closed trade', () => {
  it('knows what its stop would have cost: the unit of its reward', () => {
    const orders = new Map(run.told('order.approved').map(({ order }) => [order.id, order]));
    const trades = run.told('trade.closed').map(({ trade }) => trade);
    assert.ok(trades.length > 15);
    for (const { id, entryPrice, quantity, risk, profit } of trades) {
      const stop = must(orders.get(id)?.protection, 'a bracket').stop;
      const lost = toUnits(Math.abs(entryPrice - stop) * quantity);
      assert.ok(Math.abs(lost / must(risk, 'a risk') - 1) < 1e-6, `${lost} ${risk}`);
      assert.ok(profit > -3 * lost, 'no gap in this market is that wide');
    }
  });
});

describe('exploration', () => {
  it('falls with each reward, down to its least', () => {
    const { epsilon, rewards } = run.world['q-table'];
    let expected = learning.epsilonStart;
    for (let reward = 0; reward < rewards; reward += 1)
      expected = Math.max(learning.epsilonMin, expected * learning.epsilonDecay);
    assert.equal(epsilon, expected);
    assert.ok(epsilon < learning.epsilonStart);
  });

  it('takes about as many choices as epsilon says, each action among them', () => {
    const chosen = run.told('strategy.chosen');
    const explored = chosen.filter(each => each.explored);
    const share = explored.length / chosen.length;
    assert.ok(share > run.world['q-table'].epsilon * 0.5 && share < learning.epsilonStart * 1.3);
    assert.deepEqual(new Set(explored.map(({ action }) => action)), new Set(ACTIONS));
  });

  it('enters at the minimum size, and only exploration does so by itself', async () => {
    const all = await runPipeline({
      candles: TAPE,
      settings: withLearning({ epsilonStart: 1, epsilonMin: 1 }),
    });
    let entries = 0;
    walkFacts(all, ({ fact, world }) => {
      if (fact.type !== 'order.approved' || fact.order.reduceOnly) return;
      entries += 1;
      const contract = must(world.portfolio.contracts[fact.order.symbol], 'a contract');
      const { price } = must(world.portfolio.marks[fact.order.symbol], 'a price');
      const worth = (lots: number) => notional(price, lots, contract.lotSize);
      assert.ok(worth(fact.order.lots) >= contract.notionalMin);
      assert.ok(worth(fact.order.lots - 1) < contract.notionalMin * 1.02);
    });
    assert.ok(entries > 10);
    const explored = new Set(run.told('strategy.chosen').filter(each => each.explored));
    assert.ok(explored.size > 0);
    const sizes = run.told('order.approved').map(({ order }) => order.lots);
    assert.ok(Math.max(...sizes) > 5 * Math.min(...sizes));
  });

  it('switched off, the best value is chosen every time', async () => {
    const options = {
      candles: TAPE.slice(0, 3000),
      settings: withLearning({ epsilonStart: 0, epsilonMin: 0, alpha: 0 }),
    };
    const pipeline = createPipeline(options);
    for (const values of Object.values(pipeline.world['q-table'].q)) values.breakout = 1;
    await pipeline.run();
    const chosen = pipeline.told('strategy.chosen');
    assert.ok(chosen.length > 20);
    for (const { action, explored } of chosen)
      assert.deepEqual([action, explored], ['breakout', false]);
  });

  it('and learning of the Q-table switched off, no dice are rolled and nothing waits', async () => {
    const off = await runPipeline({ candles: TAPE, settings: withLearning({ qTable: false }) });
    assert.equal(off.told('strategy.chosen').length, 0);
    assert.equal(off.told('reward.observed').length, 0);
    const strategies = new Set(off.told('trade.closed').map(({ trade }) => trade.strategy));
    assert.ok(strategies.size > 0);
    for (const name of strategies) assert.ok(['trend_following', 'mean_reversion'].includes(name));
  });
});
