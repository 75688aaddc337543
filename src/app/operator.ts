/**
 * The operator's word: a step like any other, on a running bot and, in operator-at-rest.ts, on a
 * directory at rest.
 *
 * Its time is the market's: the close of the last candle; before the first, when the account was
 * met, or 0, where no step knows of any time (0 is before every candle, so that times never fall, and is
 * told as such). So it stands between two candles, and a run that was stopped there, given the word and started again is the
 * run that was given it on the way. Promises: durable in both copies of the journal when it
 * returns; a word that changes nothing writes nothing. Never: trades.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import type { Millis } from '../base/time.ts';
import type { Breaker } from '../core/fact.ts';
import type { Word } from '../core/step.ts';
import { isUnheard } from '../policy/flatten.ts';
import type { World } from '../policy/world.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { commit, type Steps } from './bot.ts';
import { type Hold, holdsOf } from './hold.ts';
import { marketTimeOf } from './view.ts';

export type { Word };

/** What became of a word. */
export interface Told {
  /** False: it was so already, and no fact was written. */
  readonly changed: boolean;
  /** The last step. */
  readonly seq: number;
  /** Close of the last candle, UTC ms; null before the first. */
  readonly marketTime: Millis | null;
  /** What holds entries back now. */
  readonly holds: readonly Hold[];
  /** What is held now, by symbol. */
  readonly positions: readonly HeldPosition[];
  /** A live account that was not compared yet: more may be held there. */
  readonly unheard?: boolean;
}

export interface HeldPosition {
  readonly symbol: string;
  /** Close of the symbol's last candle, UTC ms. On paper it is left at the open of the next. */
  readonly heardAt: Millis;
}

/** A live account may hold what is not known here before it was compared. */
export const isNothingHeld = (world: World): boolean =>
  positionsOf(world).length === 0 && !isUnheard(world);

/** The same, of an answer. */
export const isFlat = ({ positions, unheard }: Told): boolean =>
  positions.length === 0 && unheard !== true;

export function tell(bot: Steps, word: Word): Told {
  const marketTime = marketTimeOf(bot.world);
  const time = marketTime ?? bot.world.portfolio.venue?.since ?? 0;
  const { facts } = commit(bot, { ...word, time });
  bot.store.sync();
  return {
    changed: facts.length > 0,
    seq: bot.store.seq,
    marketTime,
    holds: holdsOf(bot.world['risk-manager']),
    positions: positionsOf(bot.world),
    ...(isUnheard(bot.world) && { unheard: true }),
  };
}

const positionsOf = ({ portfolio }: World): HeldPosition[] =>
  Object.values(portfolio.positions)
    .map(({ symbol, openedAt }) => ({ symbol, heardAt: portfolio.marks[symbol]?.time ?? openedAt }))
    .toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1));

/** `max_drawdown`, however it is written; a usage fault for a name that is none. */
export function toBreaker(text: string): Breaker {
  const name = text.trim().toLowerCase().replaceAll(/[ -]/g, '_');
  const found = BREAKERS.find(breaker => breaker === name);
  if (found !== undefined) return found;
  // A part of a name is as near as the whole: `drawdown`, `streak`.
  const words = BREAKERS.flatMap(breaker => breaker.split('_'));
  const near = nearestName(name, [...BREAKERS, ...words]);
  const meant = BREAKERS.find(breaker => near !== null && breaker.includes(near)) ?? null;
  throw new Fault(
    EXIT.usage,
    `there is no breaker "${text}"`,
    meant === null ? `the breakers are ${BREAKERS.join(', ')}` : `did you mean ${meant}?`,
  );
}
