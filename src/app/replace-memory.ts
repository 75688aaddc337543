/**
 * A part's memory is replaced from outside: by an older one of its own (`state rollback`), or by one
 * that is imported. All of the parts in one step, as facts that name state files.
 *
 * Promises: what could not be taken up is refused before anything is written; durable in both copies
 * of the journal when it returns, and either all of it happened or nothing did; a replay gives the
 * same memory. A memory that is as the present one is no step. Never: touches the account, the
 * market's memory or the dice: those are what happened, and cannot be had from elsewhere.
 */
import { Bug } from '../base/assert.ts';
import { canonicalText } from '../base/canonical.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import type { AnyComponent } from '../core/component.ts';
import { reconciled } from '../core/fold.ts';
import type { ReplacedPart, Replacement } from '../core/step.ts';
import { readState } from '../state/state-file.ts';
import { commit, introduceFresh, type Steps } from './bot.ts';
import { type ChangeOptions, changeDirectory, type Place } from './directory.ts';
import { stepsOn } from './steps.ts';
import { marketTimeOf } from './view.ts';

/** A state file that takes the place of its part's memory; of this release or an older one. */
export interface NewMemory {
  readonly id: string;
  readonly file: Uint8Array;
  /** Where it comes from, for people: `step 12000`, `/srv/other/q_table.json at step 9`. */
  readonly from: string;
}

export interface NewMemories {
  readonly why: Replacement['why'];
  readonly parts: readonly NewMemory[];
}

export interface Replaced {
  /** Parts that are another than before; of the others the memory was the same. */
  readonly replaced: readonly string[];
  /** The last step. */
  readonly seq: number;
  readonly epoch: number;
}

/**
 * On a running bot, or on a directory that was opened; a checkpoint is best written right after.
 * Where a refusal must not stop a bot: `newsIn` first, which writes nothing.
 */
export const replaceMemory = (bot: Steps, memories: NewMemories): Replaced =>
  takeUp(bot, newsIn(bot, memories));

/** Those that differ from the present; a fault where one of them could not take its place. */
export const newsIn = (bot: Steps, { why, parts }: NewMemories): NewMemories => ({
  why,
  parts: parts.filter(part => isNews(bot, part)),
});

/** `news`: of `newsIn`, with nothing in between. */
export function takeUp(bot: Steps, { why, parts }: NewMemories): Replaced {
  const { store, world } = bot;
  if (parts.length > 0) {
    const named = parts.map((part): ReplacedPart => ({ ...part, blob: store.putBlob(part.file) }));
    commit(bot, { kind: 'replace', time: marketTimeOf(world) ?? 0, why, parts: named });
    store.sync();
  }
  return { replaced: parts.map(({ id }) => id), seq: store.seq, epoch: store.epoch };
}

/** On a directory that no bot runs on: opens it, replaces, writes a checkpoint and closes it. */
export const replaceMemoryAtRest = (
  place: Place,
  memories: NewMemories,
  options: ChangeOptions = {},
): Replaced =>
  changeDirectory(place, options, store => {
    const bot = stepsOn(store);
    introduceFresh(bot);
    const replaced = replaceMemory(bot, memories);
    store.checkpoint(memories.why);
    return replaced;
  });

/** Of what happened there is one account, and it is the journal's. */
const NEVER_REPLACED = ['portfolio', 'market', 'run'];

/** Before anything has happened an import may say what the account begins with. */
const isReplaceable = (id: string, store: Steps['store']): boolean =>
  !NEVER_REPLACED.includes(id) || (id === 'portfolio' && store.seq === 0);

function isNews({ store }: Steps, { id, file, from }: NewMemory): boolean {
  const component = components.find(each => each.id === id);
  if (component === undefined || !isReplaceable(id, store))
    throw new Fault(
      EXIT.usage,
      `the memory of ${id} is never replaced`,
      'what happened is what the journal says; restore a backup to have another past',
    );
  const present = store.states[id];
  const arriving = stateIn(component, file, from);
  const next = reconciled(component, arriving, present);
  const broken = component.check?.(next as never) ?? null;
  if (broken !== null) throw unusable(component, from, `breaks a rule: ${broken}`);
  // What it is already stays whole, a training that is owed included.
  const now = canonicalText(present);
  return canonicalText(arriving) !== now && canonicalText(next) !== now;
}

function stateIn(component: AnyComponent, file: Uint8Array, from: string): unknown {
  try {
    return readState(component, file);
  } catch (error) {
    if (error instanceof Fault || error instanceof Bug || !(error instanceof Error)) throw error;
    throw unusable(component, from, `cannot be read: ${error.message}`);
  }
}

const unusable = ({ title }: AnyComponent, from: string, why: string): Fault =>
  new Fault(EXIT.corrupt, `the ${title} of ${from} ${why}`, 'nothing was changed');
