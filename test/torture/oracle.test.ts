import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { SMALL } from './life/bot.ts';
import { cut, killed, Living, newPair, type Pair } from './life/living.ts';
import { look } from './life/oracle.ts';
import { printOfState } from './suite/power.ts';

const LIFE = { name: 'two segments', bot: SMALL, mirror: false, live: () => {} };

/** Cut while step 15 was written to copy a: of its line the disk shows noise. */
function cutInStep15(): { readonly disks: Pair; readonly newest: string; readonly old: string } {
  const living = new Living(SMALL, newPair(false));
  living.open();
  living.steps(11);
  // A worker that goes on with it would pack the segment before.
  living.running.beginCheckpoint();
  living.steps(3);
  let before: Pair | undefined;
  living.machine.watch = ({ verb, path }) => {
    if (verb === 'sync' && path.includes('.a.jsonl')) before ??= killed(living.disks);
  };
  living.steps(1);
  living.machine.watch = null;
  const disks = cut(must<Pair>(before, 'a sync'), new Rng(seedRng(1, 1)), {
    tail: 'garbage',
  });
  const copies = disks.a.list('journal').filter(name => name.endsWith('.a.jsonl'));
  assert.ok(copies.length >= 2, disks.a.list('journal').join());
  const [old, newest] = copies.slice(-2).map(name => `journal/${name}`);
  return { disks, old: must(old, 'old'), newest: must(newest, 'newest') };
}

const judge = (disks: Pair) =>
  look(disks, { acknowledged: 14, written: 15, wish: 'before', life: LIFE, spoilt: [] });

/** A bit of the last line but one, which is not the line in flight. */
function flipIn(disks: Pair, path: string, line: string): void {
  disks.a.tamper(path, data => {
    data[data.indexOf(line) + line.length + 2]! ^= 1;
    return data;
  });
}

describe('the oracle of a power cut', () => {
  it('lets what was not synced of the newest segment be anything', () => {
    assert.equal(judge(cutInStep15().disks), 14);
  });

  for (const which of ['old', 'newest'] as const)
    it(`lets no synced byte of the ${which} segment be damaged`, () => {
      const made = cutInStep15();
      flipIn(made.disks, made[which], which === 'old' ? '"seq":5' : '"seq":12');
      assert.throws(() => judge(made.disks), /nothing was damaged/);
    });
});

describe('the states that the power suite counts', () => {
  const told = { acknowledged: 14, written: 15, wish: 'before', life: LIFE, spoilt: [] } as const;
  const { disks } = cutInStep15();

  it('are one where the same content is judged by the same, at whatever operation', () => {
    const [one, other] = ['killed before write', 'killed before sync'].map(what =>
      printOfState(disks, { ...told, ...{ what } }),
    );
    assert.equal(one, other);
  });

  it('are two where another content is, or more was told of', () => {
    const more = { ...told, acknowledged: 15 };
    const prints = [
      printOfState(disks, told),
      printOfState(disks, more),
      printOfState(killed(newPair(false)), told),
    ];
    assert.equal(new Set(prints).size, 3);
  });
});
