/**
 * Candles that came too late to act on: history, an outage, a restart.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stateHash } from '../../src/state/state-hash.ts';
import { LIVELY, runPipeline, tidalCandles } from '../fixtures/pipeline.ts';

const candles = tidalCandles(1500);
const LATE = { from: 1000, to: 2200 };
const lateIn = (index: number): boolean => index >= LATE.from && index < LATE.to;
const run = (late: (index: number) => boolean, count = candles.length) =>
  runPipeline({
    settings: LIVELY,
    candles: candles
      .slice(0, count)
      .map((candle, index) => (late(index) ? { ...candle, late: true as const } : candle)),
  });

describe('late candles', () => {
  it('are weighed and learned from as ever, and no order is made on them', async () => {
    const told = await run(lateIn);
    const lateTimes = new Set(candles.filter((_, index) => lateIn(index)).map(one => one.time));
    const closedLate = told.told('candle.closed').filter(({ late }) => late === true);
    assert.equal(closedLate.length, LATE.to - LATE.from);
    const weighed = told
      .told('signal.weighed')
      .filter(({ time }) => lateTimes.has(time - LIVELY.timeframeMs));
    assert.ok(weighed.length > 5);
    assert.deepEqual([...new Set(weighed.map(one => one.verdict))], ['the candle came too late']);
    const orders = told.told('order.approved').map(({ order }) => order.createdAt);
    assert.ok(orders.some(time => time > (candles[LATE.to] as { time: number }).time));
    for (const time of orders) assert.ok(!lateTimes.has(time - LIVELY.timeframeMs));
    const labelled = told.told('example.labelled').filter(({ time }) => lateTimes.has(time));
    assert.ok(labelled.length > 5);
  });

  it('leave the state that they would have left in time, where no order was due', async () => {
    const prompt = await run(() => false);
    const orders = prompt.told('order.approved').map(({ order }) => order.createdAt);
    const [first = 0] = orders;
    const before = candles.findIndex(({ time }) => time + LIVELY.timeframeMs >= first);
    assert.ok(before > 500);
    const [late, twin] = [await run(() => true, before), await run(() => false, before)];
    for (const [id, state] of Object.entries(late.states))
      assert.equal(stateHash(state), stateHash(twin.states[id]), id);
  });
});
