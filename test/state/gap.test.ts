/**
 * A journal that lacks lines: in one copy the other has them; in both, the start that refuses says
 * how far back the operator's word would go.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, Fault } from '../../src/base/fault.ts';
import { JOURNAL_GATHER_BYTES_MAX } from '../../src/base/limits.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { change } from './rotten.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

const disksOf = (disk: SimulatedDisk) => ({ a: disk, b: disk });

/** Checkpoints at 10 and 20, and eight more steps: segments from 1, 11 and 21. */
function killed(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn(disksOf(disk));
  for (const steps of [10, 10]) {
    runSteps(store, steps);
    store.checkpoint('test');
  }
  runSteps(store, 8);
  return disk.kill();
}

const segmentsOf = (disk: SimulatedDisk, first: number): string[] =>
  disk
    .list('journal')
    .flatMap(name => (name.startsWith(`${first}`.padStart(12, '0')) ? [`journal/${name}`] : []));

/** One byte; the whole as it is then. */
function flip(disk: SimulatedDisk, path: string, at: (bytes: Buffer) => number): Buffer {
  change(disk, path, bytes => {
    bytes[at(bytes)]! ^= 0x11;
    return bytes;
  });
  return Buffer.from(disk.read(path) ?? []);
}

const middle = (bytes: Buffer): number => bytes.length >> 1;
const inStep = (seq: number) => (bytes: Buffer) => bytes.indexOf(`"seq":${seq}`) + 20;

function refusalOf(disk: SimulatedDisk): Fault {
  try {
    openOn(disksOf(disk));
  } catch (error) {
    assert.ok(error instanceof Fault && error.exitCode === EXIT.corrupt, String(error));
    return error;
  }
  throw assert.fail('it was opened');
}

const quarantined = (disk: SimulatedDisk): Buffer[] =>
  disk.list('quarantine').flatMap(name => Buffer.from(disk.read(`quarantine/${name}`) ?? []));

describe('a gap in both copies', () => {
  for (const [what, first, at] of [
    ['in the newest segment', 21, inStep(25)],
    ['before the newest checkpoint', 11, middle],
  ] as const)
    it(`${what} is refused with its price, and the word costs that and no more`, () => {
      const disk = killed();
      const damaged = segmentsOf(disk, first).map(path => flip(disk, path, at));
      assert.equal(damaged.length, 2);
      assert.match(refusalOf(disk).remedy, /--accept-loss \(it goes on at step 20\)$/);
      const store = openOn(disksOf(disk), { acceptLoss: true });
      assert.deepEqual([store.seq, hashOf(store.states)], [20, expectedAt(20)]);
      for (const bytes of damaged) assert.ok(quarantined(disk).some(kept => kept.equals(bytes)));
    });

  it('is told with the parts that go back further, or begin anew', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 11)) flip(disk, path, middle);
    flip(disk, 'purse_state.json', middle);
    assert.match(
      refusalOf(disk).remedy,
      /\(it goes on at step 20, Purse from a file of step 10\)$/,
    );
    disk.lose('previous/10/purse_state.json');
    assert.match(refusalOf(disk).remedy, /\(it goes on at step 20, Purse from its defaults\)$/);
  });
});

describe('a loss that is being accepted', () => {
  const newest = (disk: SimulatedDisk) => {
    for (const path of segmentsOf(disk, 21)) flip(disk, path, inStep(25));
  };
  const older = (disk: SimulatedDisk) => {
    for (const path of segmentsOf(disk, 11)) flip(disk, path, middle);
  };
  const purse = (disk: SimulatedDisk) => void flip(disk, 'purse_state.json', middle);
  for (const [what, ...damages] of [
    ['a gap in the newest segment', newest],
    ['a gap in an older one', older],
    ['gaps in both', newest, older],
    ['a gap, and a file of money', older, purse],
    ['a gap in the newest segment, and a file of money', newest, purse],
  ] as const)
    it(`costs the same wherever it is cut short, and is asked for again: ${what}`, () => {
      const damaged = killed();
      for (const damage of damages) damage(damaged);
      const whole = openOn(disksOf(damaged.kill()), { acceptLoss: true });
      const expected = [whole.seq, hashOf(whole.states)];
      let cuts = 0;
      for (let killAt = 1; ; killAt += 1) {
        const machine = new Machine();
        machine.killAt = killAt;
        const disk = damaged.kill(machine);
        try {
          openOn(disksOf(disk), { acceptLoss: true });
          break;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
        }
        cuts += 1;
        try {
          const { seq, states, epoch } = openOn(disksOf(disk.kill()));
          assert.deepEqual([seq, hashOf(states)], expected, `started after a cut at ${killAt}`);
          assert.ok(epoch > 16, `a new epoch after a cut at ${killAt}`);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          assert.equal(error.exitCode, EXIT.corrupt);
        }
        const { seq, states, epoch } = openOn(disksOf(disk.kill()), { acceptLoss: true });
        assert.deepEqual([seq, hashOf(states)], expected, `accepted after a cut at ${killAt}`);
        assert.ok(epoch > 16);
      }
      assert.ok(cuts > 50, `${cuts} cuts`);
    });
});

describe('a spare that the journal no longer leads on from', () => {
  it('is told of before it is needed, and by name when it is', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 11)) disk.lose(path);
    const seen = verifyDirectory(disksOf(disk), COMPONENTS);
    assert.equal(seen.damaged, false);
    const gone = /from the generation of step 10: the journal's steps 11 to 20 are gone/;
    assert.match(seen.findings.map(({ text }) => text).join('\n'), gone);
    flip(disk, 'purse_state.json', middle);
    assert.match(
      refusalOf(disk).message,
      /previous\/10\/purse_state.json is there, and the journal's steps 11 to 20.* are gone/,
    );
  });
});

describe('a start without the steps that led on from the only spare', () => {
  it('makes another spare: the next damage costs nothing', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 11)) disk.lose(path);
    openOn(disksOf(disk));
    const next = disk.kill();
    flip(next, 'purse_state.json', middle);
    const { seq, states, report } = openOn(disksOf(next));
    assert.deepEqual([seq, hashOf(states), report.lost], [28, expectedAt(28), []]);
  });
});

describe('a copy that ends early', () => {
  /** Both copies of one segment, and where its lines end. */
  const long = new SimulatedDisk();
  const store = openOn(disksOf(long));
  runSteps(store, 6000);
  const { seq } = store;
  const [path = ''] = segmentsOf(long, 1);
  const bytes = Buffer.from(long.read(path) ?? []);
  const batch = 2 * JOURNAL_GATHER_BYTES_MAX;
  assert.ok(bytes.length > batch + 10_000, `${bytes.length} bytes are more than a batch`);

  for (const [what, missing, told] of [
    ['by what a crash may leave is completed without a word', batch - 10_000, 0],
    ['by more than that is told of', batch + 10_000, 1],
  ] as const)
    it(what, () => {
      const disk = long.kill();
      const end = bytes.lastIndexOf('\n', bytes.length - missing) + 1;
      change(disk, path, () => bytes.subarray(0, end));
      const seen = verifyDirectory(disksOf(disk), COMPONENTS);
      assert.equal(seen.damaged, told === 1);
      const short = seen.findings.filter(({ text }) => /^ends \d+ bytes early$/.test(text));
      assert.deepEqual(
        short.map(({ severity, remedy = '' }) => [severity, /running bot/.test(remedy)]),
        [told === 0 ? ['note', true] : ['damage', false]],
      );
      const { report, seq: reached } = openOn(disksOf(disk));
      assert.equal(reached, seq);
      assert.equal(report.repairs.filter(line => /ends \d+ bytes early/.test(line)).length, told);
    });
});
