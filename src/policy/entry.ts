/**
 * One symbol at one close: leave the position, or choose, propose, weigh, size and enter.
 *
 * Promises: nothing is proposed while a position or an order of the symbol is open; every proposal
 * leaves a fact with what became of it, taken or not. On a candle that is late all is weighed and
 * learned as ever, and no order is made. Never: asks a model where nothing is proposed, so that a
 * quiet market costs nothing.
 */
import { must } from '../base/assert.ts';
import { MARKET_SILENT_CANDLES, MARKET_SILENT_MS } from '../base/limits.ts';
import { Rng } from '../base/rng.ts';
import type { Forecast } from '../core/fact.ts';
import { FEATURE_LIST_FIELD } from '../core/feature.ts';
import type { FedCandle } from '../core/market.ts';
import type { ExitReason, ModelVersions } from '../core/order.ts';
import type { Telling } from '../core/step.ts';
import { attend } from '../learn/attention.ts';
import { type Choice, chooseAction, fixedChoice } from '../learn/q-table.ts';
import { entryRefusal, hasOperator } from '../trade/breaker.ts';
import type { SymbolState } from '../trade/market.ts';
import { availableOf, equityOf, isEntering, openTrades } from '../trade/portfolio.ts';
import { frozenBy } from '../trade/portfolio-venue.ts';
import { exitReasonFor } from './exits.ts';
import { forecastOf } from './forecast.ts';
import { tellLeaving } from './leave.ts';
import { type Sizing, sizeEntry } from './sizing.ts';
import { propose } from './strategies.ts';
import type { Proposal } from './strategy-proposal.ts';
import type { World } from './world.ts';

/** A market order that found no volume for this many candles is given up. */
const ORDER_LIFE_CANDLES = 5;
const TOO_LATE = { refused: 'the candle came too late' } as const;
const NO_SCORES: readonly number[] = [];

export interface Moment {
  readonly candle: FedCandle;
  readonly symbol: SymbolState;
}

interface Idea extends Moment {
  readonly proposal: Proposal;
  readonly strategy: string;
  readonly explored: boolean;
}

/** Returns the forecast of what was proposed, whatever became of it; null: nothing was. */
export function tellEntryOrExit(world: World, moment: Moment, telling: Telling): Forecast | null {
  const { candle } = moment;
  if (world.portfolio.positions[candle.symbol] !== undefined) {
    tellExit(world, moment, telling);
    return null;
  }
  if (entryBar(world, moment) !== null) return null;
  const idea = ideaOf(world, moment, telling);
  return idea === null ? null : tellEntry(world, idea, telling);
}

/** What keeps a symbol without a position from being asked for an entry, in words; null: nothing. */
export function entryBar(world: World, { candle, symbol }: Moment): string | null {
  if (!symbol.reading.ready) return 'the symbol warms up';
  if (isEntering(world.portfolio, candle.symbol)) return 'an entry is on its way';
  const frozen = frozenBy(world.portfolio, candle.symbol);
  if (frozen !== null) return frozen;
  return entryRefusal(world['risk-manager'], placesTaken(world), world.run.settings);
}

/**
 * Why an open position is to be left at this close; null: it stays. Asked on each candle, so what
 * costs more, whether an exit of it is on its way already, is not asked here.
 */
export function leaveReason(world: World, { candle, symbol }: Moment): ExitReason | null {
  if (world['risk-manager'].flattening !== undefined) return 'force_exit';
  // Stop and target stand at the exchange; to leave now would be to act on an old price.
  if (candle.late) return null;
  const { portfolio, run } = world;
  return exitReasonFor(must(portfolio.positions[candle.symbol], 'the position to leave'), {
    reading: symbol.reading,
    candle,
    settings: run.settings,
    contract: must(portfolio.contracts[candle.symbol], 'the contract'),
  });
}

function tellExit(world: World, moment: Moment, telling: Telling): void {
  const reason = leaveReason(world, moment);
  if (reason === null) return;
  const { symbol, time } = moment.candle;
  const closeTime = time + world.run.settings.timeframeMs;
  tellLeaving(world, { symbol, time: closeTime, reason }, telling);
}

/** The strategy in charge of the symbol and what it proposes; null: nothing. */
function ideaOf(world: World, moment: Moment, telling: Telling): Idea | null {
  const { candle, symbol } = moment;
  const { action, explored } = choiceInForce(world, moment) ?? tellChoice(world, moment, telling);
  const { settings } = world.run;
  const proposal = propose(action, { reading: symbol.reading, candle, settings });
  return proposal === null ? null : { ...moment, proposal, strategy: action, explored };
}

/** Null: one is to be made. With the Q-table off the regime alone decides: nothing is remembered. */
export function choiceInForce(world: World, { candle, symbol }: Moment): Choice | null {
  const waiting = world['q-table'].waiting[candle.symbol];
  if (waiting !== undefined) return waiting;
  return world.run.settings.learning.qTable ? null : fixedChoice(symbol.reading.regime);
}

function tellChoice(world: World, { candle, symbol }: Moment, telling: Telling): Choice {
  const { settings } = world.run;
  const { regime, volatility } = symbol.reading;
  const rng = new Rng(world.run.rng);
  const choice = chooseAction({ state: world['q-table'], regime, volatility, rng, settings });
  telling.tell({
    type: 'strategy.chosen',
    symbol: candle.symbol,
    time: candle.time + settings.timeframeMs,
    regime,
    volatility,
    ...choice,
    rng: rng.state,
  });
  return choice;
}

function tellEntry(world: World, idea: Idea, telling: Telling): Forecast {
  const { candle } = idea;
  const { settings } = world.run;
  const { signalModel, deepSignalModel, attention } = settings.learning;
  const forecast = forecastOf(world, idea);
  const models = {
    signal: signalModel ? world['signal-model'].version : 0,
    deep: deepSignalModel ? world['deep-signal-model'].version : 0,
  };
  const weighed = { idea, confidence: forecast.confidence, models };
  const sizing = candle.late ? TOO_LATE : sizingOf(world, weighed, telling);
  telling.tell({
    type: 'signal.weighed',
    symbol: candle.symbol,
    time: candle.time + settings.timeframeMs,
    ...forecast,
    verdict: 'order' in sizing ? 'accepted' : sizing.refused,
    scores: attention ? attend(world.attention, idea.symbol.features) : NO_SCORES,
    ...FEATURE_LIST_FIELD,
    models,
  });
  if ('order' in sizing) telling.tell({ type: 'order.approved', order: sizing.order });
  return forecast;
}

function sizingOf(
  world: World,
  weighed: { idea: Idea; confidence: number; models: ModelVersions },
  telling: Telling,
): Sizing {
  const { candle, symbol, proposal, strategy, explored } = weighed.idea;
  const { settings } = world.run;
  const { seq, index } = telling.place();
  return sizeEntry({
    risk: world['risk-manager'],
    account: {
      equity: equityOf(world.portfolio),
      available: availableOf(world.portfolio),
      openTrades: placesTaken(world),
    },
    settings,
    contract: must(world.portfolio.contracts[candle.symbol], 'the contract'),
    candle,
    reading: symbol.reading,
    proposal,
    strategy,
    confidence: weighed.confidence,
    explored,
    models: weighed.models,
    // The order is told right after the fact that records the signal.
    place: { seq, index: index + 1 },
    epoch: telling.epoch,
    expiresAt: candle.time + (1 + ORDER_LIFE_CANDLES) * settings.timeframeMs,
  });
}

/**
 * Open trades, as `maxOpenTrades` counts them. The end of a tape closes nothing: on recorded markets
 * a position whose own tape has ended keeps its margin, but not a place that others could trade in.
 */
export function placesTaken({
  portfolio,
  run: { binding, settings, lastCandleTime },
}: World): number {
  if (binding === null || hasOperator(binding.mode)) return openTrades(portfolio, 0);
  const silentMs = Math.max(MARKET_SILENT_MS, MARKET_SILENT_CANDLES * settings.timeframeMs);
  return openTrades(portfolio, (lastCandleTime ?? 0) - silentMs);
}
