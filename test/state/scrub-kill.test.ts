/**
 * A repair of the scrub that is cut short, at each of its operations.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/base/assert.ts';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { Killed } from '../simulated-disk.ts';
import { alone, damageIn, eachFile, flip, running, scrub, simulated } from './rotten.ts';
import { expectedAt, hashOf, openOn } from './small-bot.ts';

const SPARE = 'previous/21/curve_state.json.zst';

/** A file of each kind. */
const KINDS = [
  ...['manifest.mirror.json', 'purse_state.json', SPARE],
  ...['journal/000000000022.a.jsonl.zst', 'journal/000000000025.b.jsonl'],
];

describe('a repair of the scrub', () => {
  it('is whole after a kill or a power cut at each operation of the repair', () => {
    const blob = [...eachFile(alone)].flatMap(({ path }) => /^blobs.*/.exec(path)?.[0] ?? []);
    for (const path of [...KINDS, must(blob[0], 'a blob')])
      for (let operation = 1; ; operation += 1) {
        const disks = alone();
        const store = running(disks);
        const disk = simulated(disks.a);
        disk.tamper(path, flip);
        disk.machine.killAt = disk.machine.operations + operation;
        try {
          scrub(store, disks);
          break;
        } catch (error) {
          assert.ok(error instanceof Killed, `${path}: ${error}`);
        }
        const cut = new Rng(seedRng(operation));
        for (const [how, next] of [
          ['killed', disk.kill()],
          ['cut off', disk.crash(cut)],
        ] as const) {
          const where = `${path}, ${how} at operation ${operation}`;
          const again = openOn({ a: next, b: next });
          assert.equal(hashOf(again.states), expectedAt(28), where);
          assert.deepEqual(again.report.lost, [], where);
          assert.deepEqual(damageIn({ a: next, b: next }), [], where);
        }
      }
  });
});
