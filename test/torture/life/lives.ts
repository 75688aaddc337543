/**
 * THE LIST of lives: all that Holdfast does to a directory. A new one is an entry here.
 */
import { KEEPING, SMALL, UPGRADED } from './bot.ts';
import { KEPT_UP } from './kept-up.ts';
import type { Life } from './life.ts';
import { killed, type Living, newPair } from './living.ts';
import { fileIn, flip, flipEverywhere, loseAll } from './spoil.ts';
import { type Entry, goOn, grown, rounds } from './stretch.ts';

const damaged = (what: string, spoil: (living: Living) => void): Entry => ({
  name: `repair of ${what}`,
  damaged: true,
  stage: living => {
    grown(living);
    spoil(living);
  },
  live: goOn,
});

const dirty = (what: string, at: number, leave: (living: Living) => void): Entry => ({
  name: `a start after ${what}`,
  stage: living => {
    rounds(living, 7);
    living.killedAt(at, () => leave(living));
  },
  live: goOn,
});

const WORKING: readonly Entry[] = [
  { name: 'the first start', live: goOn },
  {
    name: 'steps, each synced',
    stage: living => living.open(),
    live: living => living.steps(8),
  },
  {
    name: 'steps with a shared sync',
    stage: living => living.open(),
    live: living => {
      living.steps(12, 'shared');
      living.steps(3, 'shared');
    },
  },
  {
    name: 'checkpoints',
    stage: living => rounds(living, 5),
    live: living => {
      living.steps(3);
      living.checkpoint();
      living.steps(1);
      living.checkpoint();
      living.close();
    },
  },
  {
    name: 'a checkpoint aside',
    stage: living => rounds(living, 6),
    live: living => {
      living.steps(2);
      living.checkpointAside();
      living.close();
    },
  },
  {
    name: 'cleaning up after many checkpoints',
    stage: living => rounds(living, 7, 3, 4),
    live: living => {
      living.steps(3);
      living.checkpoint();
      living.close();
    },
  },
  {
    name: 'blobs',
    stage: living => rounds(living, 6),
    live: living => {
      for (let round = 0; round < 3; round += 1) {
        living.steps(7);
        living.checkpoint();
      }
    },
  },
  {
    name: 'starts that do nothing',
    stage: grown,
    live: living => {
      for (let start = 0; start < 3; start += 1) {
        living.open();
        living.close();
      }
    },
  },
  {
    name: 'a whole life',
    live: living => {
      rounds(living, 7);
      living.steps(3);
      living.checkpointAside();
      living.steps(4, 'shared');
      living.close();
      rounds(living, 2);
      living.close();
    },
  },
];

const DIRTY: readonly Entry[] = [
  dirty('a kill in a step', 4, living => living.steps(4)),
  dirty('a kill in a batch', 2, living => living.steps(9, 'shared')),
  ...[6, 14, 22, 30, 38].map(at =>
    dirty(`a kill in a checkpoint (${at})`, at + 8, living => {
      living.steps(2);
      living.checkpoint();
    }),
  ),
  dirty('a kill in a start', 40, living => {
    living.close();
    living.open();
  }),
];

const DAMAGED: readonly Entry[] = [
  damaged("the journal's copy a", spoilJournal),
  damaged("the journal's copy b", living => loseAll(living.disks.b, 'journal', /b\.jsonl/)),
  damaged('a packed segment', living => {
    const { b } = living.disks;
    flip(living, b, fileIn(b, 'journal', /b\.jsonl\.zst$/), 0.5);
  }),
  damaged('state files', spoilStates),
  damaged('both manifests', spoilManifests),
  damaged('a spare', living => {
    const { a } = living.disks;
    flip(living, a, fileIn(a, `previous/${a.list('previous').at(-1)}`, /curve/));
  }),
  damaged('a blob', living => {
    const { a } = living.disks;
    flip(living, a, fileIn(a, 'blobs', /^blobs\/[0-9a-f]+\.bin$/));
  }),
];

/** Nothing but the damage: a start meets it whole. */
const MET: readonly Entry[] = [
  { ...damaged('state files', spoilStates), name: 'a start that meets damaged state files' },
  { ...damaged('a journal', spoilJournal), name: 'a start that meets a damaged journal' },
  { ...damaged('manifests', spoilManifests), name: 'a start that meets damaged manifests' },
].map(entry => ({ ...entry, live: () => undefined }));

const WISHED: readonly Entry[] = [
  {
    name: 'an upgrade of two versions',
    bot: UPGRADED,
    stage: living => {
      living.bot = SMALL;
      grown(living);
      living.bot = UPGRADED;
    },
    live: living => {
      living.open();
      living.steps(2);
      living.checkpoint();
      living.close();
    },
  },
  ...[SMALL, KEEPING].map(bot => ({
    name: bot === SMALL ? 'a reset' : 'a reset that keeps something',
    bot,
    afresh: { id: 'purse', at: 14 },
    stage: grown,
    live: (living: Living) => {
      living.openWith({ reset: ['purse'] });
      living.steps(3);
      living.checkpoint();
      living.close();
    },
  })),
  {
    name: 'a loss that is accepted',
    afresh: { id: 'purse', at: 19 },
    damaged: true,
    restart: { acceptLoss: true },
    stage: living => {
      rounds(living, 7, 4, 4, 4);
      living.close();
      // A spare that is whole would leave no loss to accept.
      flipEverywhere(living, 'purse_state.json');
    },
    live: living => {
      living.openWith({ acceptLoss: true });
      living.steps(3);
      living.checkpoint();
      living.close();
    },
  },
];

const MIRRORED: readonly Entry[] = [
  {
    name: 'a mirror that begins',
    only: 'a mirror',
    damaged: true,
    stage: living => without(living, () => grown(living)),
    live: goOn,
  },
  {
    name: 'a mirror of long ago',
    only: 'a mirror',
    stage: living => {
      rounds(living, 4);
      living.close();
      without(living, () => {
        rounds(living, 6, 6, 6);
        living.close();
      });
    },
    damaged: true,
    live: goOn,
  },
  {
    name: 'a directory rebuilt from its mirror',
    only: 'a mirror',
    damaged: true,
    restart: { acceptLoss: true },
    stage: living => {
      rounds(living, 7, 4, 4);
      living.close();
      const { b } = living.disks;
      living.disks = killed({ a: newPair(false).a, b });
    },
    live: living => {
      living.open({ acceptLoss: true });
      living.steps(2);
      living.close();
    },
  },
];

function spoilJournal(living: Living): void {
  const { a } = living.disks;
  // In a step's line: the head of a segment is most of it.
  flip(living, a, fileIn(a, 'journal', /a\.jsonl$/), 0.9);
}

function spoilStates(living: Living): void {
  const { a } = living.disks;
  for (const name of ['purse_state.json', 'curve_state.json.zst']) flip(living, a, name);
  a.lose('matrix_weights.npy');
}

function spoilManifests(living: Living): void {
  for (const name of ['manifest.json', 'manifest.mirror.json']) flip(living, living.disks.a, name);
}

/** Runs it as if no mirror were named. */
function without(living: Living, run: () => void): void {
  const { a, b } = living.disks;
  living.disks = { a, b: a };
  run();
  living.disks = { a, b };
}

export const lives: readonly Life[] = [
  ...WORKING,
  ...DIRTY,
  ...DAMAGED,
  ...MET,
  ...WISHED,
  ...KEPT_UP,
  ...MIRRORED,
].flatMap(({ only, bot = SMALL, ...entry }): Life[] =>
  [false, true].flatMap(mirror => {
    if (only === (mirror ? 'one disk' : 'a mirror')) return [];
    const name = mirror ? `${entry.name}, with a mirror` : entry.name;
    return isChosen(name) ? [{ ...entry, bot, mirror, name }] : [];
  }),
);

/** `HOLDFAST_LIVES`, a regular expression: only these are lived (the suite of planted bugs). */
export function isChosen(name: string): boolean {
  return new RegExp(process.env['HOLDFAST_LIVES'] ?? '').test(name);
}
