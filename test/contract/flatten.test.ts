/**
 * Pause, resume and flatten through the whole pipeline: obeyed at the next open, folded exactly,
 * and one order per position however often, and wherever in an order's life, the word is given.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalText } from '../../src/base/canonical.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { components } from '../../src/components.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Word } from '../../src/core/step.ts';
import { openEntriesOf, openTrades, outboxOf } from '../../src/trade/portfolio.ts';
import {
  createPipeline,
  type Pipeline,
  replayed,
  saved,
  settingsWith,
  simulatedCandles,
} from '../fixtures/pipeline.ts';

const TAPE = simulatedCandles(3000, 3);
/** The fixed strategy of each regime, at full size: trades enough, and no dice. */
const BUSY = settingsWith(
  { maxHoldCandles: 60, minConfidence: 0, lossStreakLimit: 0, dailyLossLimit: 0, maxDrawdown: 0 },
  { signalModel: false, deepSignalModel: false, attention: false, qTable: false },
);
const FLATTEN: Word = { kind: 'flatten' };
const RESUME: Word = { kind: 'resume' };
/** Of a market that is filled in small parts it takes a while. */
const CANDLES_TO_CLOSE_MAX = 400;

const busy = (change: Partial<Settings> = {}): Pipeline =>
  createPipeline({ candles: TAPE, settings: { ...BUSY, ...change }, mode: 'paper' });

const say = (pipeline: Pipeline, word: Word): void =>
  pipeline.input({ ...word, time: (pipeline.world.run.lastCandleTime ?? 0) + MINUTE_MS });

const goOn = (pipeline: Pipeline, candles: number) =>
  pipeline.run(pipeline.world.run.candles + candles);

/** Goes on, candle by candle, until something is so. */
async function goUntil(pipeline: Pipeline, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    assert.ok(pipeline.world.run.candles < TAPE.length, 'it never was');
    await goOn(pipeline, 1);
  }
}

const held = ({ world }: Pipeline): string[] => Object.keys(world.portfolio.positions);
const riskOf = ({ world }: Pipeline) => world['risk-manager'];

const approved = (pipeline: Pipeline) => pipeline.told('order.approved').map(({ order }) => order);
const entriesOf = (pipeline: Pipeline): number =>
  approved(pipeline).filter(({ reduceOnly }) => !reduceOnly).length;
const forcedOf = (pipeline: Pipeline) =>
  approved(pipeline).filter(({ exitReason }) => exitReason === 'force_exit');

/** What memory holds is what the journal gives, and what the files hold. */
function isExact(pipeline: Pipeline): void {
  const text = canonicalText(pipeline.states);
  assert.equal(canonicalText(replayed(pipeline.steps, pipeline.blobs)), text, 'a replay');
  assert.equal(canonicalText(saved(pipeline).states), text, 'a restart');
  for (const { id, check } of components)
    assert.equal(check?.(pipeline.states[id] as never) ?? null, null, id);
}

describe('a pause', () => {
  it('holds entries back over a restart until resume; what is open is left by its own rules', async () => {
    const pipeline = busy();
    await goUntil(pipeline, () => held(pipeline).length > 0);
    say(pipeline, { kind: 'pause' });
    const entries = entriesOf(pipeline);
    const legs = Object.keys(pipeline.world.portfolio.orders);
    await goOn(pipeline, 1);
    assert.ok(legs.length > 0 && held(pipeline).length > 0);
    assert.deepEqual(Object.keys(pipeline.world.portfolio.orders), legs, 'the stops stand');
    await goOn(pipeline, 1000);
    assert.deepEqual(held(pipeline), []);
    assert.deepEqual(forcedOf(pipeline), []);

    const settings = BUSY;
    const resumed = createPipeline({ candles: TAPE, settings, from: saved(pipeline) });
    await goOn(resumed, 1000);
    assert.equal(entriesOf(resumed), entries);
    say(resumed, RESUME);
    await resumed.run();
    assert.ok(entriesOf(resumed) > entries);
    isExact(resumed);
  });

  it('calls an entry on its way back before the next candle could fill it', async () => {
    const pipeline = busy();
    await goUntil(pipeline, () => openEntriesOf(pipeline.world.portfolio).length > 0);
    const id = openEntriesOf(pipeline.world.portfolio)[0]?.id;
    say(pipeline, { kind: 'pause' });
    await goOn(pipeline, 100);
    assert.ok(pipeline.told('order.canceled').some(fact => fact.id === id));
    assert.ok(pipeline.told('order.filled').every(fact => fact.id !== id));
  });
});

describe('a flatten', () => {
  it('closes every position at the next open, and holds entries back until resume', async () => {
    const pipeline = busy();
    await goUntil(pipeline, () => held(pipeline).length === 2);
    const closed = pipeline.told('trade.closed').length;
    const time = (pipeline.world.run.lastCandleTime ?? 0) + MINUTE_MS;
    say(pipeline, FLATTEN);
    const entries = entriesOf(pipeline);
    await goOn(pipeline, 3);
    assert.deepEqual(held(pipeline), []);
    assert.deepEqual(pipeline.world.portfolio.orders, {}, 'their stops are gone with them');
    const trades = pipeline.told('trade.closed').slice(closed);
    assert.deepEqual(
      trades.map(({ trade }) => [trade.exitReason, trade.exitTime]),
      [
        ['force_exit', time],
        ['force_exit', time],
      ],
    );
    assert.equal(pipeline.told('flatten.completed').length, 1);
    assert.equal(riskOf(pipeline).flattening, undefined);
    await goOn(pipeline, 1000);
    assert.equal(entriesOf(pipeline), entries);
    say(pipeline, RESUME);
    await pipeline.run();
    assert.ok(entriesOf(pipeline) > entries);
    isExact(pipeline);
  });

  it('that a killed run had told and not sent is done first by the next, once', async () => {
    const twin = busy();
    await goUntil(twin, () => held(twin).length > 0);
    say(twin, FLATTEN);
    // What the journal holds is all that a killed process leaves.
    const steps = [...twin.steps];
    const states = replayed(steps, twin.blobs);
    const from = { states, steps, blobs: twin.blobs };
    const next = createPipeline({ candles: TAPE, settings: BUSY, from });
    assert.equal(outboxOf(next.world.portfolio).length, held(next).length);
    say(next, FLATTEN);
    assert.equal(next.steps.length, steps.length, 'said again it is no step');
    for (const pipeline of [twin, next]) await pipeline.run();
    assert.match(next.steps[steps.length]?.texts.join() ?? '', /"order.accepted"/);
    assert.deepEqual(next.steps, twin.steps);
    assert.equal(canonicalText(next.states), canonicalText(twin.states));
  });

  it('ends flat where an entry was approved and not sent', async () => {
    const live = busy();
    await goUntil(live, () => openEntriesOf(live.world.portfolio).length > 0);
    const at = live.steps.findIndex(({ texts }) => texts.join().includes('order.approved'));
    const steps = live.steps.slice(0, at + 1);
    const from = { states: replayed(steps, live.blobs), steps, blobs: live.blobs };
    const pipeline = createPipeline({ candles: TAPE, settings: BUSY, from });
    assert.equal(outboxOf(pipeline.world.portfolio).length, 1);
    say(pipeline, FLATTEN);
    assert.notEqual(riskOf(pipeline).flattening, undefined, 'it is not flat yet');
    await goOn(pipeline, 100);
    assert.deepEqual(pipeline.told('order.filled'), []);
    assert.equal(openTrades(pipeline.world.portfolio, 0), 0);
    assert.equal(pipeline.told('flatten.completed').length, 1);
  });

  it('ends flat where an entry was filled in part: what is held is left, the rest called back', async () => {
    const pipeline = busy({ volumeShare: 0.0005 });
    const inPart = () =>
      openEntriesOf(pipeline.world.portfolio).filter(
        ({ id }) => (pipeline.world.portfolio.orders[id]?.filledLots ?? 0) > 0,
      );
    await goUntil(pipeline, () => inPart().length > 0);
    const [entry] = inPart();
    const lots = pipeline.world.portfolio.positions[entry?.symbol ?? '']?.lots;
    say(pipeline, FLATTEN);
    await goUntil(pipeline, () => riskOf(pipeline).flattening === undefined);
    const forced = forcedOf(pipeline).filter(({ symbol }) => symbol === entry?.symbol);
    assert.deepEqual(
      forced.map(order => order.lots),
      [lots],
    );
    assert.ok(pipeline.told('order.canceled').some(({ id }) => id === entry?.id));
    assert.equal(openTrades(pipeline.world.portfolio, 0), 0);
    isExact(pipeline);
  });

  it('orders an exit that the exchange gave up again at the next close', async () => {
    const pipeline = busy();
    await goUntil(pipeline, () => held(pipeline).length === 1);
    const [symbol] = held(pipeline);
    say(pipeline, FLATTEN);
    const [exit] = outboxOf(pipeline.world.portfolio);
    const time = exit?.createdAt ?? 0;
    const id = exit?.id ?? '';
    const report = { type: 'order.rejected', id, time, reason: 'too busy' } as const;
    pipeline.input({ kind: 'answer', report });
    await goOn(pipeline, 10);
    assert.deepEqual(held(pipeline), []);
    assert.deepEqual(
      forcedOf(pipeline).map(order => order.symbol),
      [symbol, symbol],
    );
    isExact(pipeline);
  });

  it('is the same on a bot that was stopped, told at rest, and started again', async () => {
    const running = busy();
    await goUntil(running, () => held(running).length > 0);
    const resting = createPipeline({ candles: TAPE, settings: BUSY, from: saved(running) });
    for (const pipeline of [running, resting]) {
      say(pipeline, FLATTEN);
      await goOn(pipeline, 300);
      say(pipeline, RESUME);
      await pipeline.run();
    }
    assert.deepEqual(resting.steps, running.steps);
    assert.equal(canonicalText(resting.states), canonicalText(running.states));
  });
});

describe('a flatten of a position whose own tape has ended', () => {
  it('is under way until a longer tape closes it; a resume lets the others trade on', async () => {
    const before = busy();
    await goUntil(before, () => held(before).length === 1);
    const [symbol] = held(before);
    const end = before.world.run.lastCandleTime ?? 0;
    const candles = TAPE.filter(candle => candle.symbol !== symbol || candle.time <= end);
    const cut = createPipeline({ candles, settings: BUSY, mode: 'paper' });
    await cut.run(before.world.run.candles);
    say(cut, FLATTEN);
    await goOn(cut, 500);
    assert.deepEqual(held(cut), [symbol]);
    assert.notEqual(riskOf(cut).flattening, undefined, 'it says so as long as it is');
    assert.equal(forcedOf(cut).length, 1);
    const entries = entriesOf(cut);
    say(cut, RESUME);
    const longer = createPipeline({ candles: TAPE, settings: BUSY, from: saved(cut) });
    await cut.run();
    assert.ok(entriesOf(cut) > entries);
    assert.deepEqual(
      held(cut).filter(one => one === symbol),
      [symbol],
    );

    await longer.run();
    const trade = longer
      .told('trade.closed')
      .find(fact => fact.trade.symbol === symbol && fact.trade.exitTime > end);
    assert.equal(trade?.trade.exitReason, 'force_exit', 'what was ordered is carried out');
  });
});

/** When the word is said, what is said again and when the process is started anew on the way. */
const plan = fc.record({
  at: fc.integer({ min: 100, max: 4000 }),
  volumeShare: fc.constantFrom(0.05, 0.001, 0.0005),
  again: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
  restartAfter: fc.integer({ min: 0, max: 40 }),
  entering: fc.boolean(),
});

describe('whenever it is said', () => {
  it('a flatten closes all with one order per position, and nothing is entered until resume', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ at, volumeShare, again, restartAfter, entering }) => {
        const settings = { ...BUSY, volumeShare };
        let pipeline = createPipeline({ candles: TAPE, settings, mode: 'paper' });
        await pipeline.run(at);
        const isIt = () =>
          entering ? openEntriesOf(pipeline.world.portfolio).length > 0 : held(pipeline).length > 0;
        while (!isIt() && pipeline.world.run.candles < 4500) await goOn(pipeline, 1);
        const symbols = held(pipeline);
        const entries = entriesOf(pipeline);
        say(pipeline, FLATTEN);
        for (let candle = 0; candle < CANDLES_TO_CLOSE_MAX; candle += 1) {
          if (again.includes(candle)) say(pipeline, FLATTEN);
          if (candle === restartAfter)
            pipeline = createPipeline({ candles: TAPE, settings, from: saved(pipeline) });
          await goOn(pipeline, 1);
        }
        assert.equal(openTrades(pipeline.world.portfolio, 0), 0);
        assert.deepEqual(outboxOf(pipeline.world.portfolio), []);
        assert.equal(pipeline.told('flatten.ordered').length, 1);
        assert.equal(pipeline.told('flatten.completed').length, 1);
        const forced = forcedOf(pipeline).map(({ symbol }) => symbol);
        assert.equal(new Set(forced).size, forced.length, 'one order a position');
        assert.ok(forced.every(symbol => symbols.includes(symbol)));
        await goOn(pipeline, 500);
        assert.equal(entriesOf(pipeline), entries);
        isExact(pipeline);
        say(pipeline, RESUME);
        await pipeline.run();
        assert.ok(entriesOf(pipeline) > entries);
      }),
      { seed: 5, numRuns: 12 },
    );
  });
});
