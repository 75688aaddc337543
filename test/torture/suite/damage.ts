/**
 * `damage`: every damage to every file of small finished directories, and two at once.
 *
 * Promises: the single faults first, one case each, then the pairs; a case is its number alone.
 */
import { must } from '../../../src/base/assert.ts';
import { FINISHED_KINDS, type Finished, finishedDirectory } from '../damage/directory.ts';
import { judgeDouble } from '../damage/double.ts';
import { type FaultGroup, faultsOf } from '../damage/fault.ts';
import { pairAt } from '../damage/pair.ts';
import { judgeSingle } from '../damage/single.ts';
import type { Campaign, Suite } from '../suite.ts';

const PAIRS = 20_000;
/** Of so many single faults one is also verified after it was mended. */
const DEEP_EVERY = 4;

export const damage: Suite = {
  name: 'damage',
  promise: 'what is damaged is seen and mended without loss, or refused and named',
  quick: 5_000,
  prepare: seed => campaignOf(FINISHED_KINDS.map(finishedDirectory), seed),
};

interface Single {
  readonly finished: Finished;
  readonly group: FaultGroup;
  /** Case number of its first fault. */
  readonly first: number;
}

function campaignOf(all: readonly Finished[], seed: number): Campaign {
  const singles: Single[] = [];
  let cases = 0;
  for (const finished of all)
    for (const group of faultsOf(finished)) {
      singles.push({ finished, group, first: cases });
      cases += group.count;
    }
  const untouched = all.map(bytesOf);
  return {
    cases: cases + PAIRS,
    run: index => {
      if (index >= cases) return pair(all, seed, index - cases);
      const { finished, group, first } = must(
        singles.findLast(one => one.first <= index),
        'single',
      );
      const fault = group.at(index - first);
      return named(`${finished.name}: ${fault.what}`, () =>
        judgeSingle(finished, fault, index % DEEP_EVERY === 0),
      );
    },
    close: () => {
      // A case that changed what all of them begin with would make the others worthless.
      if (all.some((finished, at) => bytesOf(finished) !== untouched[at]))
        throw new Error('a case changed the directory that it was given a copy of');
    },
  };
}

function pair(all: readonly Finished[], seed: number, index: number): string {
  const finished = must(all[index % all.length], 'directory');
  const { what, damaged } = pairAt(finished, seed, index);
  return named(`${finished.name}: ${what}`, () => `two: ${judgeDouble(finished, damaged)}`);
}

function named(what: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

const bytesOf = ({ files }: Finished): string =>
  files.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
