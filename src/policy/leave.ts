/**
 * Leaving a position, for whatever reason.
 *
 * Promises: one order a position, however often it is asked for. Never: judges the market.
 */
import type { Millis } from '../base/time.ts';
import type { ExitReason } from '../core/order.ts';
import type { Telling } from '../core/step.ts';
import { isLeaving } from '../trade/portfolio.ts';
import { exitOrder } from './exits.ts';
import type { World } from './world.ts';

export interface Leaving {
  readonly symbol: string;
  readonly time: Millis;
  readonly reason: ExitReason;
}

export function tellLeaving(
  world: World,
  { symbol, time, reason }: Leaving,
  telling: Telling,
): void {
  const position = world.portfolio.positions[symbol];
  if (position === undefined || isLeaving(world.portfolio, symbol)) return;
  const { epoch } = telling;
  const place = telling.place();
  // An exit waits for volume as long as it takes: a position is never left to itself.
  const expiresAt = Number.MAX_SAFE_INTEGER;
  const order = exitOrder({ position, place, epoch, expiresAt, createdAt: time, reason });
  telling.tell({ type: 'order.approved', order });
}
