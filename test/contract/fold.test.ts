/**
 * The contract of facts and folds, over the list of components and the facts of a full run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText } from '../../src/base/canonical.ts';
import { components } from '../../src/components.ts';
import { type AnyComponent, initialStates, type States } from '../../src/core/component.ts';
import type { Fact, FactName } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import { stateHashes } from '../../src/state/state-hash.ts';
import { EVENTFUL, eventfulRun, goOn } from '../fixtures/eventful-run.ts';
import { createPipeline, replay, saved } from '../fixtures/pipeline.ts';

const LIST: readonly AnyComponent[] = components;

/** Every fact there is, and whether the run of this suite tells it. */
const FACTS: Readonly<Record<FactName, boolean>> = {
  'directory.bound': true,
  'config.changed': true,
  'component.founded': false,
  'memory.replaced': false,
  'candle.closed': true,
  'order.approved': true,
  'order.accepted': true,
  'order.rejected': false,
  'order.expired': true,
  'order.canceled': false,
  'order.triggered': false,
  'order.filled': true,
  'funding.settled': true,
  'trade.closed': true,
  'equity.marked': true,
  'day.started': true,
  'breaker.tripped': true,
  'breaker.released': true,
  'kill-switch.set': true,
  'trading.paused': true,
  'trading.resumed': true,
  'flatten.ordered': true,
  'flatten.completed': true,
  'account.opened': false,
  'account.compared': false,
  'balance.corrected': false,
  'order.doubted': false,
  'order.orphaned': false,
  'stop.placed': false,
  'stop.withdrawn': false,
  'position.adopted': false,
  'position.left': false,
  'position.squared': false,
  'strategy.chosen': true,
  'reward.observed': true,
  'signal.weighed': true,
  'example.opened': true,
  'example.labelled': true,
  'example.voided': true,
  'model.train.requested': true,
  'model.trained': true,
};

// The pipeline fixture holds every fact of it to being plain and to surviving its own JSON.
const run = await eventfulRun();
const steps = [...run.steps];
const { blobs } = run;
const hashOf = (states: States): string => stateHashes(LIST, states).all;

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

describe('the facts of a run', () => {
  it('are of every kind that this suite means to see', () => {
    const seen = new Set(run.facts().map(({ type }) => type));
    for (const [name, expected] of Object.entries(FACTS))
      if (expected) assert.ok(seen.has(name as FactName), `${name} was told`);
    for (const name of seen) assert.ok(name in FACTS, `${name} is known`);
  });

  it('hold an adopted model of either kind, with its weights kept apart', () => {
    const adopted = run.told('model.trained').filter(fact => fact.adopted);
    assert.deepEqual(new Set(adopted.map(fact => fact.model)).size, 2);
    for (const { blob } of adopted) assert.ok(blob !== null && blobs.has(blob));
  });

  it('number their steps without a gap', () => {
    assert.deepEqual(
      steps.map(({ seq }) => seq),
      steps.map((_, index) => index + 1),
    );
  });
});

describe('the folds', () => {
  it('listen only to facts that exist', () => {
    for (const { id, on } of LIST)
      for (const name of Object.keys(on)) assert.ok(name in FACTS, `${id} listens to ${name}`);
  });

  it('never change a fact, then or later: two components may hold parts of the same one', () => {
    const states = initialStates(LIST);
    const fold = createFold(LIST, states);
    for (const { texts } of steps)
      for (const text of texts) {
        const fact = frozen(JSON.parse(text) as Fact);
        fold(fact, fact.type === 'model.trained' ? blobs.get(fact.blob ?? '') : undefined);
      }
    assert.equal(hashOf(states), hashOf(run.states));
  });

  for (const component of LIST)
    it(`of ${component.id} need no other component and touch none`, () => {
      const others = initialStates(LIST.filter(({ id }) => id !== component.id));
      const untouched = canonicalText(others);
      const states: States = { ...others, [component.id]: component.initial() };
      replay(steps, { fold: createFold([component], states), blobs });
      assert.equal(canonicalText(states[component.id]), canonicalText(run.states[component.id]));
      const { [component.id]: _own, ...rest } = states;
      assert.equal(canonicalText(rest), untouched);
    });

  it('give the same memory each time', () => {
    const once = () => {
      const states = initialStates(LIST);
      replay(steps, { fold: createFold(LIST, states), blobs });
      return hashOf(states);
    };
    assert.equal(once(), once());
  });

  it('pass over a fact that nobody knows', () => {
    const before = hashOf(run.states);
    createFold(LIST, run.states)({ type: 'moon.rose', time: 1 } as unknown as Fact);
    assert.equal(hashOf(run.states), before);
  });
});

describe('a run', () => {
  it('stopped and read from its files every few hundred candles ends as one that never was', async () => {
    let pipeline = createPipeline(EVENTFUL);
    const total = EVENTFUL.candles.length;
    for (let at = 331; at < total + 331; at += 331) {
      await goOn(pipeline, Math.min(at, total));
      pipeline = createPipeline({ ...EVENTFUL, from: saved(pipeline) });
    }
    assert.equal(hashOf(pipeline.states), hashOf(run.states));
    assert.deepEqual(pipeline.steps, steps);
  });

  it('that keeps its facts as text ends as one that folds them as they were told', async () => {
    const untold = createPipeline({ ...EVENTFUL, recorded: false });
    await goOn(untold, EVENTFUL.candles.length);
    assert.equal(hashOf(untold.states), hashOf(run.states));
    assert.deepEqual(untold.steps, steps);
  });

  for (const component of LIST.filter(({ learned }) => learned === true))
    it(`goes on within all rules after its ${component.title} began afresh in the middle`, async () => {
      const half = createPipeline(EVENTFUL);
      await goOn(half, 3000);
      const from = saved(half);
      const states = { ...from.states, [component.id]: component.initial() };
      const pipeline = createPipeline({ ...EVENTFUL, from: { ...from, states } });
      pipeline.input({ kind: 'found', ids: [component.id] });
      await goOn(pipeline, EVENTFUL.candles.length);
      for (const { id, check } of LIST)
        assert.equal(check?.(pipeline.states[id]) ?? null, null, id);
      assert.equal(pipeline.world.run.candles, EVENTFUL.candles.length);
    });
});
