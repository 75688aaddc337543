/**
 * Rollback: a learned part goes back to what it was at an earlier point, or a model to a former
 * version. Money, the market's memory and the dice stay as they are.
 *
 * Promises: one step, durable when it returns (replace-memory.ts says what of the present stays);
 * going back to where it is already is none. Never: rolls back what happened.
 */
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { utcMinute } from '../base/time.ts';
import { components } from '../components.ts';
import type { AnyComponent } from '../core/component.ts';
import { deepVersion, signalVersion } from '../learn/former-champion.ts';
import type { World } from '../policy/world.ts';
import { UnkeptFault } from '../state/inspect.ts';
import { writeState } from '../state/state-file.ts';
import { introduceFresh, type Steps } from './bot.ts';
import { changeDirectory, lookAt, memoryOf, type Place } from './directory.ts';
import { type Backups, lookBack } from './look-back.ts';
import { type Point, stepOf } from './point.ts';
import {
  type NewMemories,
  type NewMemory,
  type Replaced,
  replaceMemory,
} from './replace-memory.ts';
import { stepsOn } from './steps.ts';
import { marketTimeOf } from './view.ts';

export type RollbackTarget = Point | { readonly kind: 'version'; readonly version: number };

export interface Rollback {
  /** All of them in one step: they go back together. */
  readonly ids: readonly string[];
  readonly to: RollbackTarget;
}

export interface RolledBack extends Replaced {
  readonly ids: readonly string[];
  /** What they went back to, for people. */
  readonly from: string;
}

/** Refuses what is never rolled back, before anything is looked at. */
export function refuseMoney(ids: readonly string[]): void {
  const money = ids.find(id => componentOf(id).learned !== true);
  if (money === undefined) return;
  const learned = components.flatMap(each => (each.learned === true ? [each.id] : []));
  throw new Fault(
    EXIT.config,
    `the ${componentOf(money).title} is never rolled back: it is what happened`,
    `restore a backup to have another past; what is learned can be: ${learned.join(', ')}`,
  );
}

/**
 * What stood at an earlier point, read off the disk or, where it is no longer there, out of a backup; null for a version, which the present memory
 * has. Before the directory is opened: a start makes a generation, and the oldest may go.
 */
export async function recall(
  place: Place,
  { ids, to }: Rollback,
  backups: Backups | null,
): Promise<readonly NewMemory[] | null> {
  refuseMoney(ids);
  if (to.kind === 'version') return null;
  return lookBack(place, backups, { at: to, look: where => memoriesAt(where, ids, to) });
}

function memoriesAt(place: Place, ids: readonly string[], to: Point): NewMemory[] {
  const seen = lookAt(place, stepOf(place, to));
  const time = marketTimeOf(memoryOf(seen));
  const when = time === null ? '' : ` (${utcMinute(time)} UTC)`;
  return ids.map(id => {
    const component = componentOf(id);
    if (seen.doubt !== null || seen.lost.has(id))
      throw new UnkeptFault(
        EXIT.usage,
        `the ${component.title} of step ${seen.seq} cannot be had: ${seen.doubt ?? seen.report.lost.join('; ')}`,
        'state history shows which points there are',
      );
    const file = writeState(component, seen.states[id], seen.seq);
    return { id, file, from: `step ${seen.seq}${when}` };
  });
}

/** What takes the parts' places; `recalled`: what `recall` gave. */
export const memoriesFor = (
  bot: Steps,
  { ids, to }: Rollback,
  recalled: readonly NewMemory[] | null,
): NewMemories => ({
  why: 'rollback',
  parts: recalled ?? ids.map(id => versionOf(bot, id, to.kind === 'version' ? to.version : 0)),
});

/** What became of it. */
export const rolledBack = ({ parts }: NewMemories, replaced: Replaced): RolledBack => ({
  ids: parts.map(({ id }) => id),
  from: parts[0]?.from ?? '',
  ...replaced,
});

/** On a directory that no bot runs on. */
export async function rollBackAtRest(
  place: Place,
  rollback: Rollback,
  backups: Backups | null = null,
): Promise<RolledBack> {
  const recalled = await recall(place, rollback, backups);
  return changeDirectory(place, {}, store => {
    const bot = stepsOn(store);
    introduceFresh(bot);
    const memories = memoriesFor(bot, rollback, recalled);
    const replaced = replaceMemory(bot, memories);
    store.checkpoint('rollback');
    return rolledBack(memories, replaced);
  });
}

function versionOf({ world, store }: Steps, id: string, version: number): NewMemory {
  const state = id === 'signal-model' || id === 'deep-signal-model' ? world[id] : null;
  if (state === null)
    throw new Fault(
      EXIT.usage,
      `the ${componentOf(id).title} has no versions`,
      'give a step or a time; signal-model and deep-signal-model have versions',
    );
  const former = version === state.version ? state : formerOf(world, id, version);
  if (former === null) throw unkept(id, version, [state.version, ...versionsIn(state.former)]);
  return { id, file: writeState(componentOf(id), former, store.seq), from: `version ${version}` };
}

const formerOf = (world: World, id: string, version: number): object | null =>
  id === 'signal-model'
    ? signalVersion(world['signal-model'], version)
    : deepVersion(world['deep-signal-model'], version);

const versionsIn = (former: readonly { readonly version: number }[]): number[] =>
  former.map(({ version }) => version).toReversed();

function unkept(id: string, version: number, kept: readonly number[]): Fault {
  const there = kept.filter(each => each > 0);
  return new Fault(
    EXIT.usage,
    `version ${version} of the ${componentOf(id).title} is not kept`,
    there.length === 0
      ? 'no model was adopted yet'
      : `these are: ${there.join(', ')}; an earlier one may stand at a step (state history)`,
  );
}

const componentOf = (id: string): AnyComponent =>
  must(
    components.find(each => each.id === id),
    id,
  );
