/**
 * The snapshot: the bot's world as the dashboard's rows.
 *
 * Promises: read-only; `accountNow` is made a few times a second at most, and costs the same however
 * long the bot has run; `pastOf` is made once, at the start.
 */
import {
  accountFigures,
  equityRowsOf,
  gaugesOf,
  lampsOf,
  ordersOf,
  positionsOf,
  tradesOf,
} from '../app/account-view.ts';
import type { BotParts } from '../app/bot.ts';
import { marksOfPosition, marksOfTrade } from '../app/chart-mark.ts';
import { frozenOf } from '../app/view.ts';
import { CHART_MARKS_MAX } from '../base/limits.ts';
import type { Snapshot, Status, TradeRow } from './view.ts';

type World = BotParts['world'];

/** What the world does not know: the running itself. */
export type Running = Pick<Status, 'version' | 'directory' | 'startedAt' | 'at' | 'seq'> &
  Pick<Status, 'following' | 'progress' | 'candlesPerSecond' | 'ended'>;

export type Account = Pick<Snapshot, 'status' | 'positions' | 'orders'>;

export function accountNow(world: World, running: Running): Account {
  const { binding } = world.run;
  const status: Status = {
    ...running,
    mode: binding?.mode ?? 'simulated',
    market: binding?.market ?? '',
    ...accountFigures(world),
    gauges: gaugesOf(world),
    lamps: lampsOf(world, running.directory),
    frozen: frozenOf(world),
  };
  return { status, positions: positionsOf(world), orders: ordersOf(world) };
}

/** What is kept of the time before. */
export function pastOf(world: World): Pick<Snapshot, 'equity' | 'marks'> & {
  readonly trades: readonly TradeRow[];
} {
  const marks = [
    ...world.analytics.trades.slice(-CHART_MARKS_MAX).flatMap(marksOfTrade),
    ...positionsOf(world).flatMap(marksOfPosition),
  ];
  return {
    equity: equityRowsOf(world),
    marks: marks.slice(-CHART_MARKS_MAX),
    trades: tradesOf(world),
  };
}
