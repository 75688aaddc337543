/**
 * What holds entries back, through the whole pipeline: breakers, cooldown, kill switch, the limit
 * of open trades. Exits are never held back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAY_MS, MINUTE_MS, utcDate } from '../../src/base/time.ts';
import type { Breaker, Fact } from '../../src/core/fact.ts';
import type { Candle } from '../../src/core/market.ts';
import type { Settings } from '../../src/core/settings.ts';
import { fundingSchedule } from '../../src/exchange/funding.ts';
import { entryRefusal } from '../../src/trade/breaker.ts';
import {
  createPipeline,
  type Pipeline,
  runPipeline,
  saved,
  settingsWith,
  simulatedCandles,
} from '../fixtures/pipeline.ts';
import { walkFacts } from '../fixtures/walk-facts.ts';

const TAPE = simulatedCandles(4000, 3);
/** The fixed strategy of each regime, at full size: trades enough, and no dice. */
const BUSY = settingsWith(
  { maxHoldCandles: 60, minConfidence: 0, lossStreakLimit: 0, dailyLossLimit: 0, maxDrawdown: 0 },
  { signalModel: false, deepSignalModel: false, attention: false, qTable: false },
);
const busy = (change: Partial<Settings>): Promise<Pipeline> =>
  runPipeline({ candles: TAPE, settings: { ...BUSY, ...change } });

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Market times between which a breaker was latched. */
function latched(pipeline: Pipeline, breaker: Breaker): Span[] {
  const released = pipeline.told('breaker.released').filter(fact => fact.breaker === breaker);
  return pipeline
    .told('breaker.tripped')
    .filter(fact => fact.breaker === breaker)
    .map(({ time }) => ({
      from: time,
      to: released.find(fact => fact.time > time)?.time ?? Number.POSITIVE_INFINITY,
    }));
}

const within = (span: Span, time: number): boolean => time >= span.from && time < span.to;

const entriesOf = (pipeline: Pipeline) =>
  pipeline.told('order.approved').flatMap(({ order }) => (order.reduceOnly ? [] : [order]));

/** No entry in any span, entries outside them, and at least one position left within one. */
function holdsBackEntriesAlone(pipeline: Pipeline, spans: readonly Span[]): void {
  const entries = entriesOf(pipeline);
  for (const span of spans)
    for (const { createdAt, id } of entries) assert.ok(!within(span, createdAt), `entry ${id}`);
  assert.ok(entries.some(({ createdAt }) => createdAt < (spans[0]?.from ?? 0)));
  assert.ok(entries.some(({ createdAt }) => spans.some(({ to }) => createdAt >= to)));
}

const exitsWithin = (pipeline: Pipeline, spans: readonly Span[]): number =>
  pipeline
    .told('trade.closed')
    .filter(({ trade }) => spans.some(span => within(span, trade.exitTime))).length;

describe('entries', () => {
  it('are never approved while anything refuses them', async () => {
    const pipeline = await busy({
      lossStreakLimit: 2,
      cooldownCandles: 45,
      dailyLossLimit: 0.004,
      maxDrawdown: 0.006,
      drawdownReleaseDays: 0.2,
      maxOpenTrades: 1,
    });
    let entries = 0;
    walkFacts(pipeline, ({ fact, world }) => {
      if (fact.type !== 'order.approved' || fact.order.reduceOnly) return;
      entries += 1;
      const { positions, orders, outbox } = world.portfolio;
      const entering = [...Object.values(orders), ...Object.values(outbox)].filter(
        ({ order }) => !order.reduceOnly,
      );
      const open = Object.keys(positions).length + entering.length;
      assert.equal(entryRefusal(world['risk-manager'], open, world.run.settings), null);
    });
    assert.ok(entries > 10, `${entries} entries`);
    for (const breaker of ['loss_streak', 'daily_loss', 'max_drawdown'] as const)
      assert.ok(latched(pipeline, breaker).length > 0, breaker);
  });

  it('stay below the limit of open trades, which both symbols share', async () => {
    const highest = (pipeline: Pipeline) =>
      Math.max(...pipeline.told('equity.marked').map(({ open }) => open));
    assert.equal(highest(await busy({ maxOpenTrades: 1 })), 1);
    assert.equal(highest(await busy({ maxOpenTrades: 2 })), 2);
  });
});

describe('a tape that ends before the others', () => {
  it('leaves its position open, and its place to the others once it was silent for long', async () => {
    const [held] = (await busy({ maxOpenTrades: 1 }))
      .told('trade.closed')
      .filter(({ trade }) => trade.durationMs > 5 * MINUTE_MS);
    assert.ok(held !== undefined);
    const { symbol, entryTime } = held.trade;
    const end = entryTime + 3 * MINUTE_MS;
    const away = 8 * DAY_MS;
    const candles = TAPE.filter(candle => candle.symbol !== symbol || candle.time < end).map(
      candle => (candle.time < end + DAY_MS ? candle : { ...candle, time: candle.time + away }),
    );
    const pipeline = await runPipeline({ candles, settings: { ...BUSY, maxOpenTrades: 1 } });
    assert.ok(pipeline.world.portfolio.positions[symbol] !== undefined);
    const later = entriesOf(pipeline).filter(({ createdAt }) => createdAt > end);
    assert.ok(later.length > 3, `${later.length}`);
    for (const { createdAt } of later) assert.ok(createdAt >= end + 7 * DAY_MS);
  });
});

describe('the cooldown after a loss streak', () => {
  const settings = { ...BUSY, lossStreakLimit: 1, cooldownCandles: 120 };

  it('holds entries back for its candles, and lets them go on', async () => {
    const pipeline = await busy(settings);
    const spans = latched(pipeline, 'loss_streak');
    assert.ok(spans.length > 3);
    for (const { from, to } of spans.slice(0, -1)) assert.equal(to - from, 120 * MINUTE_MS);
    holdsBackEntriesAlone(pipeline, spans);
    assert.ok(exitsWithin(pipeline, spans) > 0);
  });

  it('goes on over a restart in its middle', async () => {
    const twin = await busy(settings);
    const candleAt = (time: number) =>
      TAPE.filter(candle => candle.time + MINUTE_MS <= time).length;
    const [span] = latched(twin, 'loss_streak');
    assert.ok(span !== undefined);
    const before = createPipeline({ candles: TAPE, settings });
    await before.run(candleAt(span.from) + 20);
    assert.notEqual(before.world['risk-manager'].breakers.loss_streak, null);
    const after = createPipeline({ candles: TAPE, settings, from: saved(before) });
    assert.deepEqual(after.world['risk-manager'], before.world['risk-manager']);
    await after.run();
    assert.deepEqual(after.steps, twin.steps);
  });
});

describe('the daily loss limit', () => {
  it('holds entries back until the UTC day is over', async () => {
    const pipeline = await busy({ dailyLossLimit: 0.004 });
    const spans = latched(pipeline, 'daily_loss');
    assert.ok(spans.length > 0);
    for (const { from, to } of spans)
      if (Number.isFinite(to)) {
        assert.equal(to % DAY_MS, 0);
        assert.ok(to - from < DAY_MS);
      }
    holdsBackEntriesAlone(pipeline, spans);
  });

  it('counts what a gap over midnight lost for the new day', async () => {
    const pipeline = await busy({});
    const [held] = pipeline.told('trade.closed').filter(({ trade }) => trade.durationMs > 0);
    assert.ok(held !== undefined);
    const { symbol, entryTime } = held.trade;
    const cut = TAPE.findIndex(candle => candle.time > entryTime);
    const night = TAPE.slice(cut).map(candle => ({
      ...candle,
      time: candle.time + DAY_MS,
      open: candle.open * (candle.symbol === symbol && held.trade.side === 'long' ? 0.8 : 1.25),
    }));
    const gapped = await runPipeline({
      candles: [...TAPE.slice(0, cut), ...night.map(withExtremes)],
      settings: { ...BUSY, dailyLossLimit: 0.001 },
    });
    const loss = gapped.told('trade.closed').find(({ trade }) => trade.id === held.trade.id);
    assert.ok(loss !== undefined && loss.trade.profit < 0);
    const day = gapped
      .told('day.started')
      .find(({ date }) => date === utcDate(loss.trade.exitTime));
    assert.ok(day !== undefined);
    walkFacts(gapped, ({ fact, world, step }) => {
      if (fact.type !== 'trade.closed' || fact.trade.id !== held.trade.id) return;
      assert.equal(world['risk-manager'].tradingDate, day.date);
      assert.ok(world['risk-manager'].dailyStartBalance > world.portfolio.balance);
      assert.ok(
        step.some(each => each.type === 'breaker.tripped' && each.breaker === 'daily_loss'),
      );
    });
  });
});

const withExtremes = (candle: Candle): Candle => ({
  ...candle,
  high: Math.max(candle.high, candle.open),
  low: Math.min(candle.low, candle.open),
});

describe('the drawdown breaker', () => {
  it('holds entries back for its market days on a tape, then starts from a new peak', async () => {
    const pipeline = await busy({ maxDrawdown: 0.01, drawdownReleaseDays: 0.25 });
    const spans = latched(pipeline, 'max_drawdown');
    assert.ok(spans.length > 0);
    for (const { from, to } of spans)
      if (Number.isFinite(to)) assert.equal(to - from, 0.25 * DAY_MS);
    holdsBackEntriesAlone(pipeline, spans);
    walkFacts(pipeline, ({ fact, world }) => {
      if (fact.type !== 'breaker.released' || fact.breaker !== 'max_drawdown') return;
      assert.equal(world['risk-manager'].equity, world.analytics.curve.at(-1)?.equity);
    });
  });
});

describe('the kill switch', () => {
  it('stops entries at once and for good; what is open is left by its own rules', async () => {
    const settings = BUSY;
    const pipeline = createPipeline({ candles: TAPE, settings });
    while (Object.keys(pipeline.world.portfolio.positions).length === 0)
      await pipeline.run(pipeline.world.run.candles + 1);
    const time = (pipeline.world.run.lastCandleTime ?? 0) + MINUTE_MS;
    pipeline.input({ kind: 'kill-switch', on: true, time });
    const entriesBefore = entriesOf(pipeline).length;
    const tradesBefore = pipeline.told('trade.closed').length;
    await pipeline.run(5000);
    assert.equal(entriesOf(pipeline).length, entriesBefore);
    assert.deepEqual(pipeline.world.portfolio.positions, {});
    const left = pipeline.told('trade.closed').slice(tradesBefore);
    assert.ok(left.length > 0);
    for (const { trade } of left) assert.notEqual(trade.exitReason, 'force_exit');

    const resumed = createPipeline({ candles: TAPE, settings, from: saved(pipeline) });
    await resumed.run(6000);
    assert.equal(entriesOf(resumed).length, entriesBefore, 'a restart does not lift it');
    resumed.input({ kind: 'kill-switch', on: false, time: time + 5000 * MINUTE_MS });
    await resumed.run();
    assert.ok(entriesOf(resumed).length > entriesBefore);
  });
});

describe('a funding gap', () => {
  it('each settlement inside it is paid once by what was held over it', async () => {
    const pipeline = await busy({});
    const [held] = pipeline
      .told('trade.closed')
      .filter(({ trade }) => trade.durationMs > MINUTE_MS);
    assert.ok(held !== undefined);
    const { symbol, entryTime, id } = held.trade;
    const cut = TAPE.findIndex(candle => candle.time > entryTime);
    const later = TAPE.slice(cut).map(candle => ({ ...candle, time: candle.time + DAY_MS }));
    const funding = await fundingSchedule({
      ...{ files: [], market: 'binance', symbols: [], defaultRate: 0.0001 },
    });
    const gapped = await runPipeline({
      candles: [...TAPE.slice(0, cut), ...later],
      settings: BUSY,
      funding,
    });
    const gap = gapped.told('candle.closed').find(fact => fact.symbol === symbol && fact.gap);
    assert.equal(gap?.gap, DAY_MS / MINUTE_MS);
    const paid = gapped
      .told('funding.settled')
      .filter(fact => fact.symbol === symbol && fact.time > entryTime && fact.time <= gap.time);
    assert.deepEqual(
      paid.map(({ time }) => time % (8 * 3_600_000)),
      [0, 0, 0],
    );
    const trade = gapped
      .told('trade.closed')
      .find((fact: Fact<'trade.closed'>) => fact.trade.id === id);
    const sum = paid.reduce((total, { amount }) => total + amount, 0);
    assert.ok(sum > 0);
    assert.equal(trade?.trade.funding, sum);
  });
});
