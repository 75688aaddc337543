/**
 * The step's brain: one input in, facts out, in the order of the design's section 3.
 *
 * Promises: reads the world, changes it only by telling facts; the same world and input give the
 * same facts. Never: waits, rolls dice outside the run's generator, or looks at a later candle.
 */
import { unreachable } from '../base/assert.ts';
import { seedRng } from '../base/rng.ts';
import { HOUR_MS, type Millis, utcDate } from '../base/time.ts';
import type { Breaker, Fact, Report, VenueReport } from '../core/fact.ts';
import type { FedCandle } from '../core/market.ts';
import type { TradeRecord } from '../core/order.ts';
import type { Input, Telling } from '../core/step.ts';
import { lastMarked } from '../trade/analytics-state.ts';
import { breakersToRelease, breakersToTrip, dayToStart } from '../trade/breaker.ts';
import { gapBefore, symbolOf } from '../trade/market.ts';
import { equityOf, tradeOf } from '../trade/portfolio.ts';
import { tellEntryOrExit } from './entry.ts';
import { tellExamples } from './examples.ts';
import { tellFlatten, tellFlattened, tellPause, tellResume } from './flatten.ts';
import { tellLeaving } from './leave.ts';
import { tellGivenUp, tellRewards } from './reward.ts';
import { tellTrainingRequests } from './training-request.ts';
import type { World } from './world.ts';

export function decide(world: World, input: Input, telling: Telling): void {
  switch (input.kind) {
    case 'bind':
      telling.tell({
        type: 'directory.bound',
        ...input.binding,
        rng: seedRng(input.binding.seed),
      });
      telling.tell({ type: 'config.changed', settings: input.settings });
      return;
    case 'configure':
      telling.tell({ type: 'config.changed', settings: input.settings });
      return;
    case 'found':
      tellFounding(world, input.ids, telling);
      return;
    case 'candle':
      decideCandle(world, input.candle, { reports: input.reports, telling });
      return;
    case 'answer':
      tellAnswer(world, input.report, telling);
      return;
    case 'unprotected':
      tellLeaving(world, input, telling);
      return;
    case 'trained':
      telling.tell({ type: 'model.trained', ...input.outcome }, input.blob);
      return;
    case 'replace':
      tellReplacement(input, telling);
      return;
    case 'kill-switch':
      if (world['risk-manager'].killSwitch !== input.on)
        telling.tell({ type: 'kill-switch.set', on: input.on, time: input.time });
      return;
    case 'pause':
      tellPause(world, input, telling);
      return;
    case 'resume':
      tellResume(world, input, telling);
      return;
    case 'flatten':
      tellFlatten(world, input, telling);
      return;
    case 'release-breaker':
      if (world['risk-manager'].breakers[input.breaker] !== null)
        tellRelease(world, { breaker: input.breaker, time: input.time, by: 'operator' }, telling);
      return;
    default:
      unreachable(input);
  }
}

function tellFounding({ run, portfolio }: World, ids: readonly string[], telling: Telling): void {
  const { binding, settings } = run;
  if (binding === null) return;
  const founded = { type: 'component.founded', ids, binding, settings } as const;
  // What starts afresh beside an account that goes on begins with what that is worth now.
  const account = { equity: equityOf(portfolio), traded: portfolio.fills > 0 };
  telling.tell(ids.includes('portfolio') ? founded : { ...founded, account });
}

/** All of it begins one epoch. */
function tellReplacement(input: Extract<Input, { kind: 'replace' }>, telling: Telling): void {
  const { time, why, parts } = input;
  const epoch = telling.epoch + 1;
  for (const { id, from, file, blob } of parts)
    telling.tell({ type: 'memory.replaced', id, time, why, from, blob, epoch }, file);
}

const NO_TRADES: readonly TradeRecord[] = [];

interface CandleInput {
  readonly reports: readonly Report[];
  readonly telling: Telling;
}

function decideCandle(world: World, candle: FedCandle, { reports, telling }: CandleInput): void {
  const timeframeMs = world.run.settings.timeframeMs;
  const closeTime = candle.time + timeframeMs;
  tellDay(world, candle.time, telling);
  const closed = reports.length === 0 ? NO_TRADES : tellReports(world, reports, telling);
  const symbol = symbolOf(world.market, candle.symbol);
  const gap = gapBefore(symbol, candle, timeframeMs);
  telling.tell(candleFact(candle, gap));
  tellHour(world, closeTime, telling);
  tellBreakers(world, closeTime, telling);
  const moment = { time: closeTime, telling };
  tellFlattened(world, moment);
  tellRewards(world, closed, moment);
  tellGivenUp(world, candle.symbol, moment);
  const forecast = tellEntryOrExit(world, { candle, symbol }, telling);
  tellExamples(world, { candle, symbol, forecast }, telling);
  tellTrainingRequests(world, closeTime, telling);
}

/** Written out: spreading the candle costs as much as folding it into a component. */
function candleFact(candle: FedCandle, gap: number): Fact<'candle.closed'> {
  const { symbol, time, open, high, low, close, volume } = candle;
  const fact = { type: 'candle.closed', symbol, time, open, high, low, close, volume } as const;
  if (gap === 0 && candle.late === undefined) return fact;
  return { ...fact, ...(gap > 0 && { gap }), ...(candle.late && { late: true }) };
}

/** A live exchange may answer with the very fill that closes a trade, and after midnight. */
function tellAnswer(world: World, report: Report | VenueReport, telling: Telling): void {
  if (report.type === 'order.filled' && world.run.candles > 0) tellDay(world, report.time, telling);
  const trade = tellReport(world, report, telling);
  const moment = { time: report.time, telling };
  if (trade !== null) tellRewards(world, [trade], moment);
  if (world['risk-manager'].flattening === undefined) return;
  // What a recalled entry was filled with before the exchange heard of it is left as well.
  if (report.type === 'order.filled')
    tellLeaving(world, { symbol: report.symbol, time: report.time, reason: 'force_exit' }, telling);
  tellFlattened(world, moment);
}

/** Tells the reports; returns the trades that they closed. */
function tellReports(world: World, reports: readonly Report[], telling: Telling): TradeRecord[] {
  const closed: TradeRecord[] = [];
  for (const report of reports) {
    const trade = tellReport(world, report, telling);
    if (trade !== null) closed.push(trade);
  }
  return closed;
}

/** Tells what an exchange reported and, where that closed a position, the trade. */
function tellReport(
  world: World,
  report: Report | VenueReport,
  telling: Telling,
): TradeRecord | null {
  telling.tell(report);
  if (report.type !== 'order.filled') return null;
  const trade = tradeOf(world.portfolio);
  if (trade === null) return null;
  telling.tell({ type: 'trade.closed', trade });
  tellEquity(world, report.time, telling);
  return trade;
}

function tellDay(world: World, time: number, telling: Telling): void {
  const risk = world['risk-manager'];
  // Before its first candle the day of a directory can only be one that was imported.
  const date = world.run.candles === 0 ? anotherDay(risk, time) : dayToStart(risk, time);
  if (date === null) return;
  telling.tell({ type: 'day.started', date, time, balance: equityOf(world.portfolio) });
}

function anotherDay({ tradingDate }: World['risk-manager'], time: number): string | null {
  const date = utcDate(time);
  return date === tradingDate ? null : date;
}

/** An equity point whenever an hour of market time has ended since the last one. */
function tellHour(world: World, time: number, telling: Telling): void {
  const last = lastMarked(world.analytics);
  if (last !== undefined && Math.floor(time / HOUR_MS) <= Math.floor(last.time / HOUR_MS)) return;
  tellEquity(world, time, telling);
}

/**
 * A fill inside a candle is earlier than the close of the symbol before it, whose point may have
 * been marked by then: points never run backwards.
 */
function tellEquity(world: World, time: number, telling: Telling): void {
  const { portfolio, analytics } = world;
  const fact: Fact<'equity.marked'> = {
    type: 'equity.marked',
    time: Math.max(time, lastMarked(analytics)?.time ?? time),
    balance: portfolio.balance,
    equity: equityOf(portfolio),
    open: Object.keys(portfolio.positions).length,
  };
  telling.tell(fact);
}

function tellBreakers(world: World, time: number, telling: Telling): void {
  const risk = world['risk-manager'];
  const { settings, binding } = world.run;
  const mode = binding?.mode ?? 'tape';
  for (const breaker of breakersToRelease(risk, time, mode))
    tellRelease(world, { breaker, time }, telling);
  const equity = equityOf(world.portfolio);
  for (const { breaker, until } of breakersToTrip(risk, {
    equity,
    time,
    settings,
    mode,
    timeframeMs: settings.timeframeMs,
  }))
    telling.tell({ type: 'breaker.tripped', breaker, time, equity, until });
}

interface Release {
  readonly breaker: Breaker;
  readonly time: Millis;
  readonly by?: 'operator';
}

/** The one way to release a breaker, because its time has come or by the operator. */
function tellRelease(world: World, { breaker, time, by }: Release, telling: Telling): void {
  // The peak, and a day that goes on, count anew from the last mark: let it be of this moment.
  const restarts = breaker === 'max_drawdown' || (breaker === 'daily_loss' && by === 'operator');
  if (restarts) tellEquity(world, time, telling);
  const released = { type: 'breaker.released', breaker, time } as const;
  telling.tell(by === undefined ? released : { ...released, by });
}
