/**
 * What another Holdfast directory has learned, carried into this one.
 *
 * Promises: the other directory is only read, and may be running, of another market or of an older
 * release; all of the parts are replaced in one step or none is; each part says what was carried over
 * and what was not. Never: money, the market's memory, the dice; examples of another market.
 */
import { must } from '../base/assert.ts';
import { canonicalText } from '../base/canonical.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import { importedDeep, importedSignal } from '../learn/imported-model.ts';
import { openMemoryStore } from '../state/memory-store.ts';
import { rememberedMirror } from '../state/open-disks.ts';
import { writeState } from '../state/state-file.ts';
import { introduceFresh, type Steps } from './bot.ts';
import {
  changeDirectory,
  isEmpty,
  lookAt,
  memoryOf,
  type Place,
  placeHeld,
  refuseAbsent,
  refuseStrange,
} from './directory.ts';
import { refuseForeign, refuseUnfinished } from './foreign-folder.ts';
import { type NewMemory, newsIn, type Replaced, takeUp } from './replace-memory.ts';
import { stepsOn } from './steps.ts';

/** What became of a part. */
export interface LearnedPart {
  readonly id: string;
  readonly carried: boolean;
  readonly text: string;
}

export interface ImportedLearned extends Replaced {
  readonly from: string;
  readonly parts: readonly LearnedPart[];
}

export interface LearnedPlan {
  readonly from: string;
  readonly parts: readonly LearnedPart[];
  /** Why this needs a person's word; null: it does not. */
  readonly refusal: Fault | null;
  readonly source: Source;
  /** There is no memory here yet. */
  readonly begins: boolean;
}

/** What would be carried over; nothing is written. */
export function planLearned(place: Place, from: string): LearnedPlan {
  const source = readSource(place, from);
  refuseForeign(place.directory);
  refuseUnfinished(place.directory);
  const seen = lookAt(place);
  const present = memoryOf(seen);
  const parts = LEARNED.map(id => toldOf(carry(id, source, present)));
  const own = isEmpty(seen) ? [] : LEARNED.filter(id => !isInitial(id, present));
  const isAsked = own.length > 0 && parts.some(({ carried }) => carried);
  const refusal = isAsked ? unasked(place, own) : null;
  return { from, parts, refusal, source, begins: isEmpty(seen) };
}

const unasked = ({ directory }: Place, own: readonly string[]): Fault =>
  new Fault(
    EXIT.usage,
    `${directory} has learned something itself: ${own.join(', ')}`,
    'say --yes to put what comes in its place; state rollback can take it back',
  );

/** Where nothing comes over, no directory begins. */
export function importLearned(
  place: Place,
  { from, source, begins }: LearnedPlan,
): ImportedLearned {
  if (begins) {
    const { news, found } = arriving(source, stepsOn(openMemoryStore(components)));
    const none = { replaced: [], seq: 0, epoch: 0 };
    if (news.parts.length === 0) return { from, parts: found.map(toldOf), ...none };
  }
  return changeDirectory(place, { begin: true }, store => {
    const bot = stepsOn(store);
    introduceFresh(bot);
    const { news, found } = arriving(source, bot);
    const replaced = takeUp(bot, news);
    if (replaced.replaced.length > 0) store.checkpoint('import');
    return { from, parts: found.map(toldOf), ...replaced };
  });
}

/** What comes from the source, and which of it is news here. */
function arriving(source: Source, bot: Steps) {
  const found = LEARNED.map(id => carry(id, source, bot.store.states as Memory));
  const parts = found.flatMap(({ id, state }): NewMemory[] => {
    if (state === null) return [];
    const component = must(
      components.find(each => each.id === id),
      id,
    );
    return [{ id, file: writeState(component, state, source.seq), from: source.name }];
  });
  return { found, news: newsIn(bot, { why: 'import', parts }) };
}

const toldOf = ({ id, state, text }: Carried): LearnedPart => ({
  id,
  carried: state !== null,
  text,
});

const LEARNED = ['signal-model', 'deep-signal-model', 'q-table', 'attention', 'ensemble'] as const;

type LearnedId = (typeof LEARNED)[number];

interface Source {
  readonly name: string;
  readonly seq: number;
  readonly memory: Memory;
  /** Parts whose memory cannot be had there. */
  readonly lost: ReadonlySet<string>;
}

function readSource(place: Place, from: string): Source {
  const source = placeHeld({
    ...{ directory: from, journalMirror: rememberedMirror(from), allowNetwork: true },
  });
  refuseAbsent(source, CHECK_FROM);
  refuseStrange(source, CHECK_FROM);
  if (source.disks.a.root === place.disks.a.root)
    throw new Fault(EXIT.config, `${from} is the directory itself`, CHECK_FROM);
  const seen = lookAt(source);
  if (isEmpty(seen)) throw new Fault(EXIT.config, `there is nothing in ${from} yet`, CHECK_FROM);
  const { seq, lost } = seen;
  return { name: `${from} at step ${seq}`, seq, memory: memoryOf(seen), lost };
}

const CHECK_FROM = 'check --from';

const isInitial = (id: LearnedId, memory: Memory): boolean => {
  const component = components.find(each => each.id === id);
  return canonicalText(memory[id]) === canonicalText(component?.initial());
};

interface Carried {
  readonly id: LearnedId;
  /** What takes the part's place; null: nothing does. */
  readonly state: object | null;
  readonly text: string;
}

const stays = (id: LearnedId, text: string): Carried => ({ id, state: null, text });

function carry(id: LearnedId, { memory, lost }: Source, present: Memory): Carried {
  if (lost.has(id)) return stays(id, 'cannot be read there');
  if (id === 'signal-model') {
    const state = importedSignal(memory[id], present[id]);
    return state === null ? stays(id, NO_MODEL) : modelOf(id, state, memory[id]);
  }
  if (id === 'deep-signal-model') {
    const state = importedDeep(memory[id], present[id]);
    return state === null ? stays(id, NO_MODEL) : modelOf(id, state, memory[id]);
  }
  if (isInitial(id, memory)) return stays(id, 'nothing was learned there');
  return { id, state: memory[id], text: TEXTS[id] };
}

const NO_MODEL = 'no model was adopted there; its examples stay, which are of that market';

const TEXTS: Readonly<Record<Exclude<LearnedId, 'signal-model' | 'deep-signal-model'>, string>> = {
  'q-table': 'values, visits and epsilon; choices that wait there stay',
  attention: 'weights and all that they are learned from, by the names of the features',
  ensemble: 'weights, records and calibration; forecasts that are not judged there stay',
};

type Model = Memory['signal-model'] | Memory['deep-signal-model'];

function modelOf(id: LearnedId, state: Model, there: Model): Carried {
  const { version, former, history } = state;
  const as = version === there.version ? '' : `, here version ${version}`;
  const story = `${former.length} former champions, ${history.length} trainings`;
  const left = `its ${there.examples.length} examples stay, which are of that market`;
  return { id, state, text: `version ${there.version}${as}, ${story}; ${left}` };
}
