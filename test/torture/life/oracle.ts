/**
 * The oracle: what any recovery must give, whatever happened.
 *
 * Promises: the step lies between the last acknowledged one and what was in flight; the state is
 * the twin's; no epoch is forgotten; nothing is reported lost, and nothing mended that was not
 * damaged, or was mended and told of; what was damaged
 * is still there, byte for byte; the verification says the same as the start.
 */
import assert from 'node:assert/strict';
import { EXIT, Fault } from '../../../src/base/fault.ts';
import type { States } from '../../../src/core/component.ts';
import { recover } from '../../../src/state/recover.ts';
import { stateHashes } from '../../../src/state/state-hash.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import type { Life } from './life.ts';
import { Living, type Pair } from './living.ts';
import type { Told } from './moment.ts';

export interface Judgement extends Told {
  readonly life: Life;
  readonly spoilt: readonly Uint8Array[];
}

const SEGMENT = /^journal\/\d{12}\.[ab]\.jsonl$/;
const DAMAGED = /^(\/\w+\/journal\/\d{12}\.[ab]\.jsonl) is damaged at byte (\d+)/;

/** What a start would recover to; looks without touching anything where that can be told so. */
export function look(disks: Pair, judged: Judgement): number {
  const { life } = judged;
  const { components } = life.bot;
  const isTail = tailsOn(disks);
  // What an accepted loss gives is decided as it starts.
  if (life.restart !== undefined) return start(disks, judged).running.seq;
  const { seq, states, report, epoch } = unrefused(() => recover({ disks, components }));
  assertKept({ seq, states, epoch }, judged);
  assertReport(report, { judged, isTail });
  return seq;
}

/** Starts, as the next process does, and checks all of it. */
export function comeBack(disks: Pair, judged: Judgement): Living {
  const { life } = judged;
  const isTail = tailsOn(disks);
  const before = verifyDirectory(disks, life.bot.components);
  const living = start(disks, judged);
  const { seq } = living.running;
  if (life.restart === undefined) {
    assert.equal(before.seq, seq, 'the verification sees the same step');
    const damage = before.findings.filter(({ severity }) => severity === 'damage');
    const told = damage.map(({ file, text }) => `${file} ${text}`);
    if (isWhole(judged))
      assert.deepEqual(told.filter(isNot(isTail)), [], 'the verification sees no damage');
  }
  for (const bytes of judged.spoilt)
    assert.ok(holds(disks, bytes), 'what was damaged is in quarantine as it was');
  return living;
}

function start(disks: Pair, judged: Judgement): Living {
  const { life } = judged;
  const isTail = tailsOn(disks);
  const living = new Living(life.bot, disks);
  const { seq, states, report, epoch } = unrefused(() => living.open(life.restart));
  assertKept({ seq, states, epoch }, judged);
  assertReport(report, { judged, isTail });
  return living;
}

/** No life does what no copy can mend. */
export function unrefused<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    throw new Error(`it is called damaged beyond repair: ${error.message}`, { cause: error });
  }
}

const isWhole = ({ life, mended = false }: Judgement): boolean =>
  life.damaged === undefined || mended;

interface Back {
  readonly seq: number;
  readonly states: States;
  readonly epoch: number;
}

function assertKept({ seq, states, epoch }: Back, judged: Judgement): void {
  const { life, acknowledged, written, wish } = judged;
  const range = `${acknowledged} ≤ ${seq} ≤ ${written}`;
  assert.ok(seq >= acknowledged, `acknowledged steps are gone: ${range}`);
  assert.ok(seq <= written, `steps that were never written: ${range}`);
  const { bot, afresh } = life;
  const isOpen = (when: Told['wish']) => wish === when || wish === 'during';
  const allowed = [
    ...(afresh === undefined || isOpen('before') ? [bot.hashAt(seq)] : []),
    ...(afresh !== undefined && (isOpen('after') || life.restart !== undefined)
      ? [bot.hashAt(seq, afresh)]
      : []),
  ];
  const { all } = stateHashes(bot.components, states);
  assert.ok(allowed.includes(all), `the state at step ${seq} is not the twin's`);
  const begun = bot.epochAt(seq);
  assert.ok(epoch >= begun, `epoch ${begun} is forgotten: it is ${epoch} at step ${seq}`);
}

type IsTail = (told: string) => boolean;

function assertReport(
  report: { readonly lost: readonly string[]; readonly repairs: readonly string[] },
  { judged, isTail }: { readonly judged: Judgement; readonly isTail: IsTail },
): void {
  const { life } = judged;
  if (life.restart === undefined) assert.deepEqual(report.lost, [], 'nothing is lost');
  if (isWhole(judged))
    assert.deepEqual(report.repairs.filter(isNot(isTail)), [], 'nothing was damaged');
}

const isNot = (isThat: IsTail) => (told: string) => !isThat(told);

/**
 * A power cut may leave anything in a copy of the newest segment, behind what was synced of it, and
 * in any where the disk lied: that alone may be told of. As the disks stand now, before it is mended.
 */
function tailsOn({ a, b }: Pair): IsTail {
  const spoilt = new Map<string, number>();
  const paths = [a, b].flatMap(disk => disk.contents().map(([path]) => path));
  const newest = paths
    .filter(path => SEGMENT.test(path))
    .map(firstOf)
    .toSorted()
    .at(-1);
  for (const disk of [a, b])
    for (const [path] of disk.contents()) {
      const found = disk.spoilt(path);
      if (found === null || !(found.lied || firstOf(path) === newest)) continue;
      spoilt.set(`${disk.root}/${path}`, found.at);
    }
  return told => {
    const [, file = '', at] = DAMAGED.exec(told) ?? [];
    return Number(at) >= (spoilt.get(file) ?? Number.POSITIVE_INFINITY);
  };
}

const firstOf = (path: string): string => path.slice(0, 'journal/000000000000'.length);

/** True when some file on the disks is just that. */
function holds({ a, b }: Pair, bytes: Uint8Array): boolean {
  const isThat = (other: Uint8Array) =>
    other.length === bytes.length && Buffer.compare(other, bytes) === 0;
  return [a, b].some(disk => disk.contents().some(([, content]) => isThat(content)));
}
