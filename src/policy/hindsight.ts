/**
 * Hindsight: why a close led to no proposal, asked of the rules that decided it.
 *
 * Promises: each answer is that of a function by which the step itself decides, in its order; reads
 * a world as it stood when it was decided. Never: tells a fact, rolls dice.
 */
import type { Fact, FactName } from '../core/fact.ts';
import { isLeaving } from '../trade/portfolio.ts';
import { choiceInForce, entryBar, leaveReason, type Moment } from './entry.ts';
import { propose } from './strategies.ts';
import type { World } from './world.ts';

/** What a candle's step tells once its entry or exit is decided. */
const SEQUELS: readonly FactName[] = [
  ...(['signal.weighed', 'order.approved'] as const),
  ...(['example.labelled', 'example.voided', 'example.opened', 'model.train.requested'] as const),
];

/** How many facts of a candle's step were told when it was decided. */
export function toldBefore(facts: readonly Fact[]): number {
  const index = facts.findIndex(({ type }) => SEQUELS.includes(type));
  return index < 0 ? facts.length : index;
}

/** Why nothing was proposed, in words; null: by these rules something was. */
export function quietReason(world: World, moment: Moment): string | null {
  const { candle, symbol } = moment;
  if (world.portfolio.positions[candle.symbol] !== undefined) return heldReason(world, moment);
  const bar = entryBar(world, moment);
  if (bar !== null) return bar;
  const choice = choiceInForce(world, moment);
  if (choice === null) return 'no strategy was chosen';
  const { settings } = world.run;
  if (propose(choice.action, { reading: symbol.reading, candle, settings }) !== null) return null;
  return choice.action === 'stay_out' ? 'staying out was chosen' : `${choice.action} saw no entry`;
}

function heldReason(world: World, moment: Moment): string {
  const { late, symbol } = moment.candle;
  const reason = leaveReason(world, moment);
  if (reason !== null)
    return isLeaving(world.portfolio, symbol)
      ? 'a position is open, and its exit is on its way'
      : `a position is open, and is left: ${reason}`;
  return late
    ? 'a position is open, and the candle came too late to leave it'
    : 'a position is open, and stays';
}
