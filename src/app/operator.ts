/**
 * The operator's word: a step like any other, on a running bot and on a directory at rest.
 *
 * Its time is the market's: the close of the last candle, or 0 before the first. So it stands
 * between two candles, and a run that was stopped there, given the word and started again is the
 * run that was given it on the way. Promises: durable in both copies of the journal when it
 * returns; a word that changes nothing writes nothing. Never: trades.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import { components, type Memory } from '../components.ts';
import type { Breaker } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { createStepper, jsonRecorder, type Word } from '../core/step.ts';
import { decide } from '../policy/decide.ts';
import type { World } from '../policy/world.ts';
import type { RecoveryReport } from '../state/recover.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { commit, introduceFresh, type Steps } from './bot.ts';
import {
  changeDirectory,
  lookAt,
  memoryOf,
  type Place,
  refuseForeign,
  refuseHeld,
} from './directory.ts';
import { type Hold, holdsOf } from './hold.ts';
import { nearestName } from './nearest-name.ts';
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
}

export function tell(bot: Steps, word: Word): Told {
  const marketTime = marketTimeOf(bot.world);
  const { facts } = commit(bot, { ...word, time: marketTime ?? 0 });
  bot.store.sync();
  return {
    changed: facts.length > 0,
    seq: bot.store.seq,
    marketTime,
    holds: holdsOf(bot.world['risk-manager']),
  };
}

/** The same on a directory that no bot runs on: it is opened by recovery, and closed again. */
export function tellAtRest(
  place: Place,
  word: Word,
): { readonly told: Told; readonly report: RecoveryReport } {
  refuseUnused(place);
  return changeDirectory(place, {}, store => {
    const world = store.states as Memory;
    const stepper = createStepper<World>({
      world,
      fold: createFold(components, store.states),
      decide,
      recorder: jsonRecorder,
      epoch: store.epoch,
    });
    const bot: Steps = { world, store, stepper, watch: () => {} };
    introduceFresh(bot);
    return { told: tell(bot, word), report: store.report };
  });
}

/** Opening makes a directory: a word to one that no bot ever ran on is a slip. */
function refuseUnused(place: Place): void {
  const { directory, disks } = place;
  const remedy = 'check --dir, or start the bot there first';
  if (disks.a.stat('') === null)
    throw new Fault(EXIT.config, `there is no directory ${directory}`, remedy);
  refuseForeign(directory);
  // What a bot has not yet made durable cannot be seen: it may look as if there were nothing.
  refuseHeld(place);
  const seen = lookAt(place);
  // What recovery will refuse it refuses with better words.
  if (seen.doubt === null && memoryOf(seen).run.binding === null)
    throw new Fault(EXIT.config, `no bot has ever run on ${directory}`, remedy);
}

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
