/**
 * The operator's word through the whole pipeline: the kill switch and the release of a breaker are
 * steps like any other, obeyed at once, folded exactly, and silent where they change nothing.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalText } from '../../src/base/canonical.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import type { Breaker, Fact } from '../../src/core/fact.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Word } from '../../src/core/step.ts';
import { equityOf, openEntriesOf, outboxOf } from '../../src/trade/portfolio.ts';
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
const ON: Word = { kind: 'kill-switch', on: true };

const busy = (change: Partial<Settings> = {}): Pipeline =>
  createPipeline({ candles: TAPE, settings: { ...BUSY, ...change }, mode: 'paper' });

const marketTime = ({ world }: Pipeline): number => (world.run.lastCandleTime ?? 0) + MINUTE_MS;

const say = (pipeline: Pipeline, word: Word): void =>
  pipeline.input({ ...word, time: marketTime(pipeline) });

/** Goes on, candle by candle, until something is so. */
async function goUntil(pipeline: Pipeline, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    assert.ok(pipeline.world.run.candles < TAPE.length, 'it never was');
    await pipeline.run(pipeline.world.run.candles + 1);
  }
}

const entriesOf = (pipeline: Pipeline): number =>
  pipeline.told('order.approved').filter(({ order }) => !order.reduceOnly).length;

/** What memory holds is what the journal gives, and what the files hold. */
function isExact(pipeline: Pipeline): void {
  const text = canonicalText(pipeline.states);
  assert.equal(canonicalText(replayed(pipeline.steps, pipeline.blobs)), text, 'a replay');
  assert.equal(canonicalText(saved(pipeline).states), text, 'a restart');
}

describe('the kill switch, with an entry on its way', () => {
  const entryOf = (pipeline: Pipeline) => openEntriesOf(pipeline.world.portfolio)[0];

  it('calls it back before the next candle could fill it', async () => {
    const pipeline = busy();
    await goUntil(pipeline, () => entryOf(pipeline) !== undefined);
    const id = entryOf(pipeline)?.id;
    say(pipeline, ON);
    const before = pipeline.steps.length;
    await pipeline.run();
    const [canceled, next] = pipeline.steps.slice(before).map(({ texts }) => texts.join());
    assert.match(canceled ?? '', new RegExp(`"order.canceled","id":"${id}"`));
    assert.match(next ?? '', /"candle.closed"/);
    assert.ok(pipeline.told('order.filled').every(fill => fill.id !== id));
    assert.deepEqual(pipeline.world.portfolio.positions, {});
    isExact(pipeline);
  });

  it('keeps what was filled of it under its stops, and calls back the rest', async () => {
    const pipeline = busy({ volumeShare: 0.0005 });
    const filledInPart = () =>
      Object.values(pipeline.world.portfolio.orders).some(
        ({ order, filledLots }) => !order.reduceOnly && filledLots > 0,
      );
    await goUntil(pipeline, filledInPart);
    const lots = Object.values(pipeline.world.portfolio.positions)[0]?.lots;
    say(pipeline, ON);
    await pipeline.run(pipeline.world.run.candles + 1);
    const { positions, orders } = pipeline.world.portfolio;
    assert.equal(Object.values(positions)[0]?.lots, lots);
    assert.ok(Object.values(orders).some(({ order }) => order.kind === 'stop'));
    assert.equal(entryOf(pipeline), undefined);
    isExact(pipeline);
  });

  it('does not send one that a killed run had approved and not sent', async () => {
    const live = busy();
    await goUntil(live, () => entryOf(live) !== undefined);
    const approvedAt = live.steps.findIndex(({ texts }) => texts.join().includes('order.approved'));
    const steps = live.steps.slice(0, approvedAt + 1);
    const states = replayed(steps, live.blobs);
    const resumed = createPipeline({
      candles: TAPE,
      settings: BUSY,
      from: { states, steps, blobs: live.blobs },
    });
    const [waiting] = outboxOf(resumed.world.portfolio);
    assert.ok(waiting !== undefined);
    say(resumed, ON);
    await resumed.run();
    assert.ok(resumed.told('order.canceled').some(({ id }) => id === waiting.id));
    assert.equal(resumed.told('order.filled').length, 0);
  });

  it('ends as a run that was stopped there, given the word at rest, and started again', async () => {
    const running = busy();
    await goUntil(running, () => entryOf(running) !== undefined);
    const resting = createPipeline({ candles: TAPE, settings: BUSY, from: saved(running) });
    for (const pipeline of [running, resting]) {
      say(pipeline, ON);
      await pipeline.run(pipeline.world.run.candles + 300);
      say(pipeline, { kind: 'kill-switch', on: false });
      await pipeline.run();
    }
    assert.equal(canonicalText(resting.states), canonicalText(running.states));
    assert.deepEqual(resting.steps, running.steps);
  });
});

describe("the operator's release", () => {
  const release = (breaker: Breaker): Word => ({ kind: 'release-breaker', breaker });
  const riskOf = ({ world }: Pipeline) => world['risk-manager'];
  const latched = (pipeline: Pipeline, breaker: Breaker) => () =>
    riskOf(pipeline).breakers[breaker] !== null;

  it('of the drawdown breaker is the only one on a live market: entries go on, the peak restarts', async () => {
    const pipeline = busy({ maxDrawdown: 0.005 });
    await goUntil(pipeline, latched(pipeline, 'max_drawdown'));
    assert.equal(riskOf(pipeline).breakers.max_drawdown?.until, null);
    const entries = entriesOf(pipeline);
    await pipeline.run(pipeline.world.run.candles + 2000);
    assert.equal(entriesOf(pipeline), entries, 'time does not release it');

    say(pipeline, release('max_drawdown'));
    const { peakBalance, currentDrawdown, latchedMs } = riskOf(pipeline);
    assert.equal(peakBalance, equityOf(pipeline.world.portfolio));
    assert.equal(currentDrawdown, 0);
    assert.equal(latchedMs.max_drawdown, 1000 * MINUTE_MS, '2,000 candles of two symbols');
    const facts = pipeline.steps.at(-1)?.texts.map(text => JSON.parse(text) as Fact);
    assert.deepEqual(
      facts?.map(({ type }) => type),
      ['equity.marked', 'breaker.released'],
    );
    assert.equal(facts?.[1]?.type === 'breaker.released' && facts[1].by, 'operator');
    await pipeline.run();
    assert.ok(entriesOf(pipeline) > entries);
    isExact(pipeline);
  });

  it('of the daily loss counts the day anew: it trips again after another loss only', async () => {
    const pipeline = busy({ dailyLossLimit: 0.003 });
    await goUntil(pipeline, latched(pipeline, 'daily_loss'));
    say(pipeline, release('daily_loss'));
    const { dailyStartBalance, dailyLoss, tradingDate } = riskOf(pipeline);
    assert.equal(dailyStartBalance, equityOf(pipeline.world.portfolio));
    assert.equal(dailyLoss, 0);
    await pipeline.run(pipeline.world.run.candles + 1);
    assert.equal(riskOf(pipeline).breakers.daily_loss, null);
    await goUntil(pipeline, latched(pipeline, 'daily_loss'));
    const again = riskOf(pipeline);
    assert.equal(again.tradingDate, tradingDate, 'on the same day');
    const lost = dailyStartBalance - equityOf(pipeline.world.portfolio);
    assert.ok(lost >= 0.003 * dailyStartBalance || again.dailyLoss >= 0.003 * dailyStartBalance);
    isExact(pipeline);
  });

  it('of the cooldown ends it, and the streak counts anew', async () => {
    const pipeline = busy({ lossStreakLimit: 2, cooldownCandles: 100_000 });
    await goUntil(pipeline, latched(pipeline, 'loss_streak'));
    const entries = entriesOf(pipeline);
    say(pipeline, release('loss_streak'));
    assert.equal(riskOf(pipeline).cooldownLosses, 0);
    await goUntil(pipeline, () => entriesOf(pipeline) > entries);
    isExact(pipeline);
  });
});

describe('a word that changes nothing', () => {
  it('is no step: the run ends as its twin that was never spoken to', async () => {
    const [spoken, twin] = [busy(), busy()];
    for (const pipeline of [spoken, twin]) {
      await pipeline.run(1000);
      if (pipeline === spoken) {
        say(pipeline, { kind: 'kill-switch', on: false });
        for (const breaker of ['max_drawdown', 'daily_loss', 'loss_streak'] as const)
          say(pipeline, { kind: 'release-breaker', breaker });
      }
      say(pipeline, ON);
      if (pipeline === spoken) say(pipeline, ON);
      await pipeline.run(2000);
    }
    assert.deepEqual(spoken.steps, twin.steps);
    assert.equal(canonicalText(spoken.states), canonicalText(twin.states));
  });
});
