/**
 * Pausing, resuming, flattening: what a word of that kind makes happen, and what is still owed of it.
 *
 * Flattening is a state until nothing is held and nothing could open a position any more. So an
 * entry that is filled after the word, or an exit that the exchange gave up, is met by another exit.
 * Promises: a word and its exits are one step, so that no crash can part them; at most one order at
 * a time leaves a position, however often the word is given. Never: looks at the market.
 */
import type { Millis } from '../base/time.ts';
import type { Telling, Word } from '../core/step.ts';
import { openTrades } from '../trade/portfolio.ts';
import { tellLeaving } from './leave.ts';
import type { Moment } from './reward.ts';
import type { World } from './world.ts';

type Said<Kind extends Word['kind']> = Extract<Word, { kind: Kind }> & { readonly time: Millis };

export function tellPause(world: World, { time, reason }: Said<'pause'>, telling: Telling): void {
  if (world['risk-manager'].paused !== undefined) return;
  telling.tell({ type: 'trading.paused', time, ...(reason !== undefined && { reason }) });
}

export function tellResume(world: World, { time }: Said<'resume'>, telling: Telling): void {
  if (world['risk-manager'].paused !== undefined) telling.tell({ type: 'trading.resumed', time });
}

export function tellFlatten(world: World, word: Said<'flatten'>, telling: Telling): void {
  const { paused, flattening } = world['risk-manager'];
  const { time, reason } = word;
  const isDone = paused !== undefined && isFlat(world);
  tellPause(world, { ...word, kind: 'pause' }, telling);
  if (flattening === undefined && !isDone)
    telling.tell({ type: 'flatten.ordered', time, ...(reason !== undefined && { reason }) });
  // In one order, whatever the order of keys in a file.
  for (const symbol of Object.keys(world.portfolio.positions).toSorted())
    tellLeaving(world, { symbol, time, reason: 'force_exit' }, telling);
  tellFlattened(world, { time, telling });
}

/** Ends the flatten that is under way once there is nothing left to close. Asked on each candle. */
export function tellFlattened(world: World, { time, telling }: Moment): void {
  if (world['risk-manager'].flattening === undefined || !isFlat(world) || isUnheard(world)) return;
  telling.tell({ type: 'flatten.completed', time });
}

/** A live account may hold what is not known here before it was compared. */
export const isUnheard = ({ run, portfolio }: World): boolean =>
  run.binding?.mode === 'live' && (portfolio.venue?.unheard ?? portfolio.venue === undefined);

/** Neither a position nor an order that could open one, however long its market was silent. */
const isFlat = ({ portfolio }: World): boolean => openTrades(portfolio, 0) === 0;
