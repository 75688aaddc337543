import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createPipeline,
  LIVELY,
  runPipeline,
  saved,
  settingsWith,
  simulatedCandles,
} from '../../test/fixtures/pipeline.ts';
import { walkFacts } from '../../test/fixtures/walk-facts.ts';
import { must } from '../base/assert.ts';
import { MINUTE_MS } from '../base/time.ts';
import { components } from '../components.ts';
import type { LearningSettings } from '../core/settings.ts';
import { symbolOf } from '../trade/market.ts';
import { PROPOSING, propose } from './strategies.ts';
import type { World } from './world.ts';

const CANDLES = simulatedCandles(900);
const LONGER = simulatedCandles(2400);
const OFF = { signalModel: false, deepSignalModel: false, attention: false, qTable: false };
const lively = (learning: Partial<LearningSettings>) =>
  settingsWith(LIVELY, { ...LIVELY.learning, ...learning });

describe('examples', () => {
  it('are opened for attention alone: it learns from them too', async () => {
    const settings = lively({ ...OFF, attention: true });
    const { world, told } = await runPipeline({ candles: CANDLES, settings });
    assert.ok(told('example.labelled').length > 0);
    assert.notDeepEqual([...world.attention.table.slice(62, 93)], new Array(31).fill(0));
    assert.ok(world.ensemble.records.pool.examples > 0);
  });

  it('are not opened where nothing learns from them', async () => {
    const { told } = await runPipeline({ candles: CANDLES, settings: lively(OFF) });
    assert.equal(told('example.opened').length, 0);
  });

  it('that wait when learning is switched off are still labelled at their candle', async () => {
    const pipeline = createPipeline({ candles: CANDLES, settings: lively({}) });
    const waiting = (): number =>
      Object.values(pipeline.world.market.symbols)
        .map(symbol => symbol.pending.length)
        .reduce((sum, count) => sum + count, 0);
    let candle = 900;
    while (waiting() === 0) {
      candle += 1;
      await pipeline.run(candle);
    }
    const opened = pipeline.told('example.opened').length;
    pipeline.input({ kind: 'configure', settings: lively(OFF) });
    await pipeline.run(candle + 2 * LIVELY.learning.barrierCandles + 2);
    assert.equal(waiting(), 0);
    assert.equal(pipeline.told('example.opened').length, opened);
    assert.equal(pipeline.told('example.labelled').length, opened);
  });

  it('are opened where any strategy proposes, though none is in charge of trading', async () => {
    const settings = { ...lively({ qTable: false, cusumSigmas: 2 }), minConfidence: 1 };
    const { told } = await runPipeline({ candles: LONGER, settings });
    const forecasts = told('example.opened').flatMap(({ forecast }) => forecast ?? []);
    assert.equal(told('trade.closed').length, 0);
    assert.ok(forecasts.length > told('signal.weighed').length + 10);
    const strategies = new Set(forecasts.map(({ strategy }) => strategy));
    for (const name of ['trend_following', 'breakout', 'momentum']) assert.ok(strategies.has(name));
    assert.ok(!strategies.has('stay_out'));
  });

  it('say what was forecast when the strategy in charge proposed', async () => {
    const { told } = await runPipeline({ candles: LONGER, settings: lively({}) });
    const weighed = new Map(
      told('signal.weighed').map(fact => [`${fact.symbol} ${fact.time}`, fact]),
    );
    let both = 0;
    for (const { symbol, time, forecast } of told('example.opened')) {
      const fact = weighed.get(`${symbol} ${time}`);
      if (fact === undefined) continue;
      both += 1;
      assert.ok(forecast?.own !== undefined && forecast.pooled !== undefined);
      for (const name of Object.keys(forecast) as (keyof typeof forecast)[])
        assert.deepEqual(forecast[name], fact[name], name);
    }
    assert.ok(both > 5, `${both}`);
  });

  it('do not flood: at most two an hour and symbol at one minute, whatever proposes', async () => {
    const settings = lively({ exampleMinutes: 30, cusumSigmas: 0.1 });
    const { told } = await runPipeline({
      candles: LONGER,
      settings: { ...settings, minConfidence: 1 },
    });
    const weighed = new Set(told('signal.weighed').map(({ symbol, time }) => `${symbol} ${time}`));
    const last = new Map<string, number>();
    let opened = 0;
    for (const { symbol, time } of told('example.opened')) {
      const passed = time - (last.get(symbol) ?? Number.NEGATIVE_INFINITY);
      const least = weighed.has(`${symbol} ${time}`) ? 5 : 30;
      assert.ok(passed >= least * MINUTE_MS, `${passed / MINUTE_MS} minutes`);
      last.set(symbol, time);
      opened += 1;
    }
    assert.ok(opened > 20, `${opened}`);
  });

  it('cost nothing where none may open: no strategy is asked between them', async () => {
    const settings = { ...lively({}), minConfidence: 1 };
    const { told } = await runPipeline({ candles: LONGER, settings });
    const forecasts = told('example.opened').filter(({ forecast }) => forecast !== undefined);
    assert.ok(forecasts.length < LONGER.length / 5);
  });

  it('take turns where several strategies propose', async () => {
    const settings = lively({ qTable: false });
    const run = await runPipeline({ candles: LONGER, settings });
    const turns = new Map<string, number>();
    walkFacts(run, ({ fact, step, world }) => {
      if (fact.type !== 'example.opened' || fact.forecast === undefined) return;
      if (step.some(({ type }) => type === 'signal.weighed')) return;
      const { reading, last } = symbolOf(world.market, fact.symbol);
      const scene = { reading, candle: must(last, 'a candle'), settings };
      const proposing = PROPOSING.filter(name => propose(name, scene) !== null);
      const { strategy } = fact.forecast;
      assert.ok(proposing.includes(strategy));
      if (proposing.length < 2) return;
      const turn = strategy === proposing[0] ? 'first' : 'later';
      turns.set(turn, (turns.get(turn) ?? 0) + 1);
    });
    const [first = 0, later = 0] = [turns.get('first'), turns.get('later')];
    assert.ok(first > 0 && later > 0, `${first} and ${later}`);
  });
});

describe('the ids of examples', () => {
  const settings = lively({});
  const highest = (world: World): number =>
    Math.max(
      0,
      ...world['signal-model'].examples.map(({ id }) => id),
      ...world['deep-signal-model'].examples.map(({ id }) => id),
      ...world.ensemble.pending.map(({ id }) => id),
      ...Object.values(world.market.symbols).flatMap(({ pending }) => pending.map(({ id }) => id)),
    );

  for (const ids of [
    ['signal-model'],
    ['market'],
    ['deep-signal-model'],
    ['signal-model', 'market'],
    ['signal-model', 'deep-signal-model'],
    ['deep-signal-model', 'market'],
    ['signal-model', 'ensemble', 'attention'],
  ])
    it(`go on above all that are held when ${ids.join(' and ')} began afresh`, async () => {
      const before = createPipeline({ candles: LONGER, settings });
      await before.run(2000);
      const from = saved(before);
      const fresh = components.filter(({ id }) => ids.includes(id));
      Object.assign(from.states, Object.fromEntries(fresh.map(each => [each.id, each.initial()])));
      const after = createPipeline({ candles: LONGER, settings, from });
      after.input({ kind: 'found', ids });
      const held = highest(after.world);
      const told = after.told('example.opened').length;
      assert.ok(held > 10, `${held}`);
      await after.run(4000);
      const opened = after
        .told('example.opened')
        .slice(told)
        .map(({ id }) => id);
      assert.ok(opened.length > 10, `${opened.length}`);
      opened.forEach((id, place) => {
        assert.ok(id > (opened[place - 1] ?? held), `${id} after ${opened[place - 1] ?? held}`);
      });
    });
});
