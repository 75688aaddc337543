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
  /** The power went: a copy may show anything where its last bytes were not synced yet. */
  readonly cut?: boolean;
}

const TAIL = /^\/(own|mirror)\/journal\/\d{12}\.[ab]\.jsonl is damaged at byte/;

/** What a start would recover to; looks without touching anything where that can be told so. */
export function look(disks: Pair, judged: Judgement): number {
  const { life } = judged;
  const { components } = life.bot;
  // What an accepted loss gives is decided as it starts.
  if (life.restart !== undefined) return start(disks, judged).running.seq;
  const { seq, states, report, epoch } = unrefused(() => recover({ disks, components }));
  assertKept({ seq, states, epoch }, judged);
  assertReport(report, judged);
  return seq;
}

/** Starts, as the next process does, and checks all of it. */
export function comeBack(disks: Pair, judged: Judgement): Living {
  const { life } = judged;
  const before = verifyDirectory(disks, life.bot.components);
  const living = start(disks, judged);
  const { seq } = living.running;
  if (life.restart === undefined) {
    assert.equal(before.seq, seq, 'the verification sees the same step');
    const damage = before.findings.filter(({ severity }) => severity === 'damage');
    const told = damage.map(({ file, text }) => `${file} ${text}`);
    if (isWhole(judged))
      assert.deepEqual(unlessTail(told, judged), [], 'the verification sees no damage');
  }
  for (const bytes of judged.spoilt)
    assert.ok(holds(disks, bytes), 'what was damaged is in quarantine as it was');
  return living;
}

function start(disks: Pair, judged: Judgement): Living {
  const { life } = judged;
  const living = new Living(life.bot, disks);
  const { seq, states, report, epoch } = unrefused(() => living.open(life.restart));
  assertKept({ seq, states, epoch }, judged);
  assertReport(report, judged);
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

function assertReport(
  report: { readonly lost: readonly string[]; readonly repairs: readonly string[] },
  judged: Judgement,
): void {
  const { life } = judged;
  if (life.restart === undefined) assert.deepEqual(report.lost, [], 'nothing is lost');
  if (isWhole(judged))
    assert.deepEqual(unlessTail(report.repairs, judged), [], 'nothing was damaged');
}

const unlessTail = (told: readonly string[], { cut = false }: Judgement): string[] =>
  told.filter(text => !(cut && TAIL.test(text)));

/** True when some file on the disks is just that. */
function holds({ a, b }: Pair, bytes: Uint8Array): boolean {
  const isThat = (other: Uint8Array) =>
    other.length === bytes.length && Buffer.compare(other, bytes) === 0;
  return [a, b].some(disk => disk.contents().some(([, content]) => isThat(content)));
}
