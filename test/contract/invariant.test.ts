/**
 * `check` finds a planted fault in each component: what a decoder cannot see, since every field
 * of it is of its kind.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { components, type Memory } from '../../src/components.ts';
import type { Component } from '../../src/core/component.ts';
import { EVENTFUL, goOn } from '../fixtures/eventful-run.ts';
import { createPipeline, throughFile } from '../fixtures/pipeline.ts';

type Plants = {
  readonly [Id in keyof Memory]: Readonly<Record<string, (state: Memory[Id]) => void>>;
};

const first = <T>(record: Readonly<Record<string, T>>): T =>
  must(Object.values(record)[0], 'an entry');

/** A new component does not compile without its own faults here. */
const PLANTS: Plants = {
  'signal-model': {
    'a version without its model': state => {
      state.trained = null;
    },
    'examples that were never seen': state => {
      state.examplesSeen = state.examples.length - 1;
    },
    'an id that will be given twice': state => {
      state.nextExampleId = must(state.examples.at(-1), 'an example').id;
    },
    'more wins than trades': state => {
      state.performance.wins = state.performance.totalTrades + 1;
    },
  },
  'deep-signal-model': {
    'a model without its version': state => {
      state.version = 0;
    },
    'examples that were never seen': state => {
      state.examplesSeen = state.examples.length - 1;
    },
    'an id that will be given twice': state => {
      state.nextExampleId = must(state.examples[0], 'an example').id;
    },
  },
  'q-table': {
    'an epsilon above 1': state => {
      state.epsilon = 1.5;
    },
    'a visit without its reward': state => {
      state.visits['range|low'].momentum += 1;
    },
  },
  attention: {
    'a number that is none': state => {
      state.table[40] = Number.NaN;
    },
    'weights that do not average 1': state => {
      state.table[0] = (state.table[0] as number) + 0.5;
    },
    'a negative variance': state => {
      state.table[3 * 31] = -1;
    },
  },
  ensemble: {
    'an expert that counts against itself': state => {
      state.weights.attention.value = -0.1;
    },
    'classes that are no whole': state => {
      state.base.shares[0] += 0.1;
    },
    'more won than were forecast': state => {
      const bin = must(
        state.bins.find(({ examples }) => examples > 0),
        'a bin that was used',
      );
      bin.won = bin.examples + 1;
    },
    'a forecast pending twice': state => {
      state.pending.push({ ...must(state.pending[0], 'a forecast that waits') });
    },
  },
  analytics: {
    'a trade that nobody won or lost': state => {
      state.totals.trades += 1;
    },
    'a trade missing from the history': state => {
      state.trades.pop();
    },
    'profit missing from its strategy': state => {
      first(state.byStrategy).profit += 1;
    },
    'an equity curve that runs backwards': state => {
      state.curve.reverse();
    },
    'an equity above its peak': state => {
      state.drawdown.peak = 1;
    },
    'a day missing': state => {
      state.daily.length = 0;
    },
  },
  'risk-manager': {
    'more wins than trades': state => {
      state.wins = state.totalTrades + 1;
    },
    'two streaks at once': state => {
      state.winStreak = 1;
      state.lossStreak = 1;
    },
    'an equity above its peak': state => {
      state.peakBalance = state.equity - 1;
    },
    'a drawdown above its maximum': state => {
      state.currentDrawdown = state.maxDrawdown + 0.1;
    },
    'a day that ends at another midnight': state => {
      state.dayEndsAt += 1;
    },
    'a recent trade missing': state => {
      state.last10Trades.pop();
    },
  },
  portfolio: {
    'money from nowhere': state => {
      state.balance += 1;
    },
    'a position without lots': state => {
      first(state.positions).lots = 0;
    },
    'a position in an unknown contract': state => {
      delete state.contracts[first(state.positions).symbol];
    },
    'an order both open and unanswered': state => {
      const { order } = first(state.orders);
      state.outbox[order.id] = { order };
    },
    'an order filled and still open': state => {
      const open = first(state.orders);
      open.filledLots = open.order.lots;
    },
    'a closed trade that was never told': state => {
      state.closing.push({} as never);
    },
  },
  market: {
    'a candle too many': state => {
      state.candles += 1;
    },
    'a label due that is not counted': state => {
      first(state.symbols).due += 1;
    },
    'an example pending twice': state => {
      const { pending } = first(state.symbols);
      pending.push({ ...must(pending[0], 'a pending label') });
    },
    'a reading that is ready too early': state => {
      const { reading } = first(state.symbols);
      reading.ready = !reading.ready;
    },
  },
  run: {
    'a seed that the directory is not bound to': state => {
      state.seed += 1;
    },
    'candles without a last one': state => {
      state.lastCandleTime = null;
    },
    'decisions on candles of another length': state => {
      state.settings = { ...state.settings, timeframeMs: 3 * state.settings.timeframeMs };
    },
  },
};

/** The eventful run, stopped where a position is open and a label is pending. */
const run = createPipeline(EVENTFUL);
await goOn(run, EVENTFUL.candles.length - 200);
while (
  Object.keys(run.world.portfolio.positions).length === 0 ||
  run.world.ensemble.pending.length === 0 ||
  first(run.world.market.symbols).pending.length === 0
)
  await goOn(run, run.world.run.candles + 1);

for (const component of components as readonly Component<string, unknown>[])
  describe(`the check of ${component.id}`, () => {
    const plants = PLANTS[component.id as keyof Memory];
    for (const [fault, plant] of Object.entries(plants))
      it(`finds ${fault}`, () => {
        const state = throughFile(component, run.states[component.id]);
        assert.equal(component.check?.(state) ?? null, null);
        plant(state as never);
        assert.equal(typeof component.check?.(state), 'string');
      });
  });
