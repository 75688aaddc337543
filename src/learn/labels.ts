/**
 * Labels: when an example is opened, how wide its barriers stand, and what it was labelled
 * (triple barrier; López de Prado, Advances in Financial Machine Learning, chapters 2 and 3).
 *
 * The class says what would have paid: 1 buy when the upper barrier was reached first, 2 sell when
 * the lower one was, 0 hold when time ran out. Both barriers in one candle count as the stop, for
 * either side, so the class is hold and the return that of a long stopped out.
 * Promises: pure; `return` is that of a long from the next open, fees and slippage of both ways in.
 * Never: looks ahead (the path is remembered by the market, candle by candle), never folds.
 */
import { must } from '../base/assert.ts';
import { oneOf } from '../base/field.ts';
import { PENDING_LABELS_MAX } from '../base/limits.ts';
import { MINUTE_MS, type Millis } from '../base/time.ts';
import type { Example, Fact, Forecast, Label } from '../core/fact.ts';
import { FEATURE_LIST_FIELD } from '../core/feature.ts';
import type { LabelSource, PendingLabel } from '../core/label.ts';
import type { Direction } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';

/** At most one example per symbol in as many candles: neighbours say nearly the same. */
export const EXAMPLE_SPACING_CANDLES = 5;
/** A barrier is at least this many times what a round trip costs, as a strategy's target is. */
const BARRIER_COSTS_MIN = 2;
/** Where trading costs nothing a barrier still needs some width. */
const BARRIER_MIN = 0.0001;

/** The class of an example, as files hold it. */
export const asLabel = oneOf<Label>([0, 1, 2]);

type CostSettings = Pick<Settings, 'takerFee' | 'slippage'>;

/** Share of the price that entering and leaving at the market costs. */
export const roundTripCost = (settings: CostSettings): number =>
  2 * (settings.takerFee + settings.slippage);

/** Whether the last candle carried the CUSUM filter over its threshold. */
export const cusumEvent = (source: Pick<LabelSource, 'cusum'>): boolean => source.cusum.fired;

/**
 * Whether an example may be opened now: warm, below the bound, not too soon after the last. What
 * was `weighed` for a trade waits for EXAMPLE_SPACING_CANDLES only, all else for `exampleMinutes`
 * too: so the examples kept span months at one minute, and no decision goes unjudged.
 */
export function mayOpenExample(
  source: LabelSource,
  { settings, weighed }: { readonly settings: Settings; readonly weighed: boolean },
): boolean {
  const { reading, pending, openedAt, candles } = source;
  if (!reading.ready || pending.length >= PENDING_LABELS_MAX) return false;
  if (openedAt === null) return true;
  const passed = candles - openedAt;
  if (passed < EXAMPLE_SPACING_CANDLES) return false;
  const { exampleMinutes = 0 } = settings.learning;
  return weighed || passed * settings.timeframeMs >= exampleMinutes * MINUTE_MS;
}

/** Barrier distance as a share of the price: sigmas of the holding time, at least two costs. */
export function barrierOf(sigma: number, settings: Settings): number {
  const { barrierSigmas, barrierCandles } = settings.learning;
  const spread = barrierSigmas * sigma * Math.sqrt(barrierCandles);
  return round(Math.max(spread, BARRIER_COSTS_MIN * roundTripCost(settings), BARRIER_MIN));
}

export interface Opening {
  readonly id: number;
  /** Null for a CUSUM event: no strategy proposed. */
  readonly forecast: Forecast | null;
  readonly settings: Settings;
}

/** The fact that opens an example at the last candle's close. */
export function openExample(source: LabelSource, opening: Opening): Fact<'example.opened'> {
  const { settings, id, forecast } = opening;
  const last = must(source.last, 'a candle to open an example at');
  return {
    type: 'example.opened',
    id,
    symbol: last.symbol,
    time: last.time + settings.timeframeMs,
    proposed: forecast !== null,
    features: source.features.slice(),
    ...FEATURE_LIST_FIELD,
    barrier: barrierOf(source.reading.sigma, settings),
    candles: settings.learning.barrierCandles,
    ...(forecast !== null && { forecast }),
  };
}

export interface DueLabels {
  readonly labelled: readonly Fact<'example.labelled'>[];
  readonly voided: readonly Fact<'example.voided'>[];
}

const NONE: DueLabels = { labelled: [], voided: [] };

/** The labels that came due with the last candle, in the order in which they were opened. */
export function dueLabels(source: LabelSource, settings: Settings): DueLabels {
  if (source.due === 0) return NONE;
  const { symbol, time: openedAt } = must(source.last, 'a candle that labels came due with');
  const time = openedAt + settings.timeframeMs;
  const cost = roundTripCost(settings);
  const withSequence = settings.learning.deepSignalModel;
  const labelled: Fact<'example.labelled'>[] = [];
  const voided: Fact<'example.voided'>[] = [];
  for (const each of source.pending)
    if (each.status === 'due') labelled.push(labelOf(each, { symbol, time, cost, withSequence }));
    else if (each.status === 'void')
      voided.push({ type: 'example.voided', id: each.id, symbol, time });
  return { labelled, voided };
}

function labelOf(
  pending: PendingLabel,
  at: { symbol: string; time: Millis; cost: number; withSequence: boolean },
): Fact<'example.labelled'> {
  const { sequence } = pending;
  return {
    type: 'example.labelled',
    id: pending.id,
    symbol: at.symbol,
    time: pending.time,
    labelledAt: at.time,
    proposed: pending.proposed,
    label: pending.label,
    return: round(pending.change - at.cost),
    features: pending.features,
    ...FEATURE_LIST_FIELD,
    ...(at.withSequence && sequence !== null && { sequence }),
  };
}

/**
 * Whether a direction won its example: 1 when a position from the next open to the barrier or the
 * time limit ends with a profit, `cost` of both ways in.
 */
export function wonBy(
  { direction, barrier }: { readonly direction: Direction; readonly barrier: number },
  { label, return: ofLong }: Pick<Example, 'label' | 'return'>,
  cost: number,
): 0 | 1 {
  const change = ofLong + cost;
  // No close lies beyond a barrier: this time-out is both barriers in one candle, a stop for either.
  if (label === 0 && change <= ROUNDING - barrier) return 0;
  return (direction === 'long' ? change : -change) > cost ? 1 : 0;
}

/** Returns and barriers are rounded to 1e-8 each. */
const ROUNDING = 2e-8;

/** To 1e-8: short in the journal and far finer than a fee. */
const round = (value: number): number => Math.round(value * 1e8) / 1e8 + 0;
