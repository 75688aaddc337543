/**
 * No look-ahead: what the bot tells up to a candle depends on no later candle.
 *
 * The whole pipeline runs over a tape and over tapes with the same past and another future; their
 * facts must be equal, text for text, up to and with the last common candle's answers and
 * trainings.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Candle } from '../../src/core/market.ts';
import { contractOf } from '../../src/exchange/contract.ts';
import {
  createPipeline,
  LIVELY,
  type Pipeline,
  runPipeline,
  tidalCandles,
} from '../fixtures/pipeline.ts';

const TAPE = tidalCandles(3200);
const settings = { ...LIVELY, lossStreakLimit: 2, cooldownCandles: 10 };
const run = (candles: readonly Candle[]): Promise<Pipeline> => runPipeline({ candles, settings });

/** The facts of the steps up to the last one that candle number `count` caused. */
function past(pipeline: Pipeline, count: number): readonly (readonly string[])[] {
  let candles = 0;
  const { steps } = pipeline;
  const end = steps.findIndex(({ input }) => {
    if (input === 'candle') candles += 1;
    return candles > count;
  });
  return steps.slice(0, end < 0 ? steps.length : end).map(({ texts }) => texts);
}

/** Other futures of a tape from candle number `count` on. Each is a possible market. */
const FUTURES: Readonly<Record<string, (future: readonly Candle[]) => readonly Candle[]>> = {
  'with prices twice as high': future =>
    future.map(candle => ({
      ...candle,
      open: candle.open * 2,
      high: candle.high * 2,
      low: candle.low * 2,
      close: candle.close * 2,
    })),
  'without volume': future => future.map(candle => ({ ...candle, volume: 0 })),
  'that runs backwards': future => {
    const backwards = future.toReversed();
    const seen = new Map<string, number>();
    return future.map(candle => {
      const from = seen.get(candle.symbol) ?? 0;
      const at = backwards.findIndex(
        ({ symbol }, index) => index >= from && symbol === candle.symbol,
      );
      seen.set(candle.symbol, at + 1);
      const { open, high, low, close } = backwards[at] as Candle;
      return { ...candle, open: close, high, low, close: open };
    });
  },
  'that does not come': () => [],
  'that comes an hour later': future =>
    future.map(candle => ({ ...candle, time: candle.time + 3_600_000 })),
};

const original = await run(TAPE);

/** Where trades, rewards and both trainings lie in the past, and where none of them does. */
const CUTS = [900, 4301, 5900];

describe('no look-ahead', () => {
  it('is asked where it matters: trades and trainings lie before some cuts and after all', () => {
    const kinds = (count: number) => past(original, count).flat().join('\n');
    assert.ok(kinds(5900).includes('model.trained'));
    assert.ok(kinds(900).includes('trade.closed'));
    assert.ok(original.told('trade.closed').length > kinds(5900).split('"trade.closed"').length);
  });

  for (const [name, change] of Object.entries(FUTURES))
    for (const count of CUTS)
      it(`a future ${name} changes nothing up to candle ${count}`, async () => {
        const changed = await run([...TAPE.slice(0, count), ...change(TAPE.slice(count))]);
        assert.deepEqual(past(changed, count), past(original, count));
        assert.notDeepEqual(changed.steps, original.steps);
      });

  it('a tape that grows by one candle at a time, none of them known before, gives the same facts', async () => {
    const known = TAPE.slice(0, 2);
    const pipeline = createPipeline({ candles: known, settings });
    await pipeline.run();
    for (const candle of TAPE.slice(2)) {
      known.push(candle);
      await pipeline.run();
    }
    assert.deepEqual(pipeline.steps, original.steps);
  });

  it('an order is filled no earlier than at the open after the candle that decided it', () => {
    const approvedAt = new Map<string, number>();
    let fills = 0;
    for (const fact of original.facts())
      if (fact.type === 'order.approved') approvedAt.set(fact.order.id, fact.order.createdAt);
      else if (fact.type === 'order.filled') {
        const decidedAt = approvedAt.get(fact.id);
        if (decidedAt === undefined) continue;
        fills += 1;
        assert.ok(fact.time >= decidedAt, fact.id);
      }
    assert.ok(fills > 20);
  });

  it('a market order pays the next open and its slippage, not the close that decided it', () => {
    const opens = new Map(TAPE.map(({ symbol, time, open }) => [`${symbol} ${time}`, open]));
    const market = new Set(original.told('order.approved').map(({ order }) => order.id));
    for (const { id, symbol, time, side, price } of original.told('order.filled')) {
      if (!market.has(id)) continue;
      const open = opens.get(`${symbol} ${time}`) as number;
      const worse = side === 'buy' ? price - open : open - price;
      const { priceStep } = contractOf(symbol, open);
      assert.ok(worse >= 0, `${id} at ${price}, open ${open}`);
      assert.ok(worse <= open * settings.slippage + priceStep * 1.001, `${id} at ${price}`);
    }
  });

  it('an example is labelled after its time limit, or after a later candle met a barrier', () => {
    const openedAt = new Map(original.told('example.opened').map(({ id, time }) => [id, time]));
    const labelled = original.told('example.labelled');
    assert.ok(labelled.length > 300);
    for (const { id, labelledAt } of labelled)
      assert.ok(labelledAt > (openedAt.get(id) as number), `example ${id}`);
  });
});
