/**
 * Exits: when a position is left before its stop or target does it.
 *
 * Promises: an exit closes the whole position at market, reduce-only; it is never refused by a
 * breaker. The kill switch and a pause stop entries and force no exit; a flatten forces one. Never:
 * asked while an exit of the same position is still in the outbox or open; the caller sees to that,
 * since on a dead market it waits long.
 */
import type { Millis } from '../base/time.ts';
import type { Contract } from '../core/market.ts';
import {
  ADOPTED,
  type Approved,
  approve,
  type ExitReason,
  exitSide,
  type Position,
} from '../core/order.ts';
import { unrealisedOf } from '../core/position.ts';
import type { Place } from '../core/step.ts';
import { exitSignal, holdCandlesMax, type Scene } from './strategies.ts';
import { roundTripCost } from './strategy-proposal.ts';

export interface ExitScene extends Scene {
  readonly contract: Contract;
}

/** The least holding: a signal younger than this would pay fees for noise. */
const SIGNAL_CANDLES_MIN = 3;

/** Why the position is to be left now, or null. Allocates nothing: asked on each candle. */
export function exitReasonFor(position: Position, scene: ExitScene): ExitReason | null {
  const { reading, candle, settings } = scene;
  // What a person opened is theirs to leave; its stop stands.
  if (position.strategy === ADOPTED) return null;
  if (position.candlesHeld >= holdCandlesMax(position.strategy, settings)) return 'time_exit';
  if (position.candlesHeld < SIGNAL_CANDLES_MIN) return null;
  if (!exitSignal(position, reading, candle)) return null;
  return movedBeyondCosts(position, scene) ? 'exit_signal' : null;
}

/**
 * Where an ATR is small against costs the bracket is stretched to a scale that pays (`bracketOf`);
 * indicators are not, and would end each such trade within its costs. So a signal counts once the
 * price has moved by a round trip's costs, either way. Before that stop, target and time decide.
 */
function movedBeyondCosts(position: Position, { candle, settings, contract }: ExitScene): boolean {
  const moved = Math.abs(unrealisedOf(position, candle.close, contract));
  return moved >= roundTripCost(settings) * position.entryNotional;
}

export interface Leave {
  readonly position: Position;
  readonly place: Place;
  readonly epoch: number;
  readonly expiresAt: Millis;
  readonly createdAt: Millis;
  readonly reason: ExitReason;
}

/** The whole position, at the market. */
export function exitOrder(leave: Leave): Approved {
  const { position, place, createdAt, expiresAt, reason } = leave;
  return approve({
    id: `${place.seq}-${place.index}`,
    epoch: leave.epoch,
    symbol: position.symbol,
    side: exitSide(position.direction),
    kind: 'market',
    lots: position.lots,
    price: null,
    trigger: null,
    trail: null,
    reduceOnly: true,
    leverage: position.leverage,
    createdAt,
    expiresAt,
    strategy: position.strategy,
    exitReason: reason,
    protection: null,
    models: position.models,
  });
}
