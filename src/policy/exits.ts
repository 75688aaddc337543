/**
 * Exits: when a position is left before its stop or target does it.
 *
 * Promises: an exit closes the whole position at market, reduce-only; it is never refused by a
 * breaker. The kill switch stops entries and forces no exit: leaving everything at once, at any
 * price, is the operator's word (`force`). Never: asked while an exit of the same position is
 * still in the outbox or open; the caller sees to that, since on a dead market it waits long.
 */
import type { Millis } from '../base/time.ts';
import { type Approved, approve, type ExitReason, exitSide, type Position } from '../core/order.ts';
import type { Place } from '../core/step.ts';
import { exitSignal, holdCandlesMax, type Scene } from './strategies.ts';

export interface ExitRequest extends Scene {
  readonly position: Position;
  /** The operator wants out. */
  readonly force: boolean;
  readonly place: Place;
  readonly epoch: number;
  readonly expiresAt: Millis;
}

/** The least holding: a signal younger than this would pay fees for noise. */
const SIGNAL_CANDLES_MIN = 3;

/** Why the position is to be left now, or null. Allocates nothing: asked on each candle. */
export function exitReasonFor(position: Position, scene: Scene): ExitReason | null {
  const { reading, candle, settings } = scene;
  if (position.candlesHeld >= holdCandlesMax(position.strategy, settings)) return 'time_exit';
  if (position.candlesHeld < SIGNAL_CANDLES_MIN) return null;
  return exitSignal(position, reading, candle) ? 'exit_signal' : null;
}

/** The order that leaves the position, or null to stay. */
export function exitFor(request: ExitRequest): Approved | null {
  const reason = request.force ? 'force_exit' : exitReasonFor(request.position, request);
  return reason === null ? null : exitOrder(request, reason);
}

function exitOrder(request: ExitRequest, reason: ExitReason): Approved {
  const { position, candle, settings, place } = request;
  return approve({
    id: `${place.seq}-${place.index}`,
    epoch: request.epoch,
    symbol: position.symbol,
    side: exitSide(position.direction),
    kind: 'market',
    lots: position.lots,
    price: null,
    trigger: null,
    trail: null,
    reduceOnly: true,
    leverage: position.leverage,
    createdAt: candle.time + settings.timeframeMs,
    expiresAt: request.expiresAt,
    strategy: position.strategy,
    exitReason: reason,
    protection: null,
    models: position.models,
  });
}
