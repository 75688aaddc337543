/**
 * What no copy can mend: each must be refused, with the file and a remedy named, and nothing may be
 * touched.
 */
import assert from 'node:assert/strict';
import { EXIT, Fault } from '../../../src/base/fault.ts';
import { SMALL } from './bot.ts';
import { fingerprint, killed, Living, newPair } from './living.ts';
import { fileIn, flip, flipEverywhere, loseAll } from './spoil.ts';

interface DoubleFault {
  readonly name: string;
  readonly spoil: (living: Living) => void;
  /** In the message. */
  readonly names: RegExp;
}

const COPIES = ['a', 'b'] as const;

/** A segment between two others. */
const middle = (living: Living, copy: 'a' | 'b'): string =>
  fileIn(living.disks[copy], 'journal', new RegExp(`0012\\.${copy}\\.jsonl`));

export const doubleFaults: readonly DoubleFault[] = [
  {
    name: 'a segment lost in both copies',
    spoil: living => {
      for (const copy of COPIES) living.disks[copy].lose(middle(living, copy));
    },
    names: /steps 12 to 14 are missing in both copies, between/,
  },
  {
    name: 'a segment cut in the middle in both copies',
    spoil: living => {
      for (const copy of COPIES) flip(living, living.disks[copy], middle(living, copy));
    },
    names: /journal\/0+12\.a\.jsonl/,
  },
  {
    name: 'the segment that the last start began lost in both copies',
    spoil: living => {
      for (const copy of COPIES)
        living.disks[copy].lose(
          fileIn(living.disks[copy], 'journal', new RegExp(`${copy}\\.jsonl`)),
        );
    },
    names: /segment behind the last start, which begins with step 15/,
  },
  {
    name: 'money damaged in every copy, and the journal before it lost',
    spoil: living => {
      flipEverywhere(living, 'purse_state.json');
      for (const copy of COPIES) loseAll(living.disks[copy], 'journal', /^0+[19]\./);
    },
    names: /purse_state\.json/,
  },
];

export function refused({ name, spoil, names }: DoubleFault, mirror: boolean): void {
  const living = new Living(SMALL, newPair(mirror));
  for (const steps of [8, 3, 3, 2]) {
    // Generations that are young are kept, and the segments behind them.
    living.open({ now: () => 0 });
    living.steps(steps);
  }
  spoil(living);
  const disks = killed(living.disks);
  const before = fingerprint(disks);
  assert.throws(
    () => new Living(SMALL, disks).open(),
    (error: unknown) =>
      error instanceof Fault &&
      error.exitCode === EXIT.corrupt &&
      names.test(error.message) &&
      error.remedy.length > 0,
    `${name} is refused`,
  );
  assert.equal(fingerprint(disks), before, `${name}: nothing was touched`);
}
