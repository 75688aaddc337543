/**
 * `keep_history`: every step that ever was can be looked at, and a start is none the slower for it.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decisionAt, entryOf } from '../../src/app/decision-point.ts';
import {
  changeDirectory,
  hashesAt,
  journalOf,
  lookAt,
  placeHeld,
  reach,
} from '../../src/app/directory.ts';
import { openSession } from '../../src/app/session.ts';
import { hashesOf } from '../../src/app/view.ts';
import { LIVELY } from '../fixtures/pipeline.ts';
import { sessionOptions } from '../fixtures/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-keep-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const directory = join(folder, 'kept');
const place = placeHeld({ directory, journalMirror: null, allowNetwork: true });
const names = (inside: string): string[] =>
  existsSync(join(directory, inside)) ? readdirSync(join(directory, inside)) : [];

/** By step the hash of all parts, as memory had it. */
const hashes = new Map<number, string>();

async function run(from: number, to: number, keepHistory: boolean | null): Promise<void> {
  const wire = { ...sessionOptions().wire, directory, settings: LIVELY, seed: 3, keepHistory };
  const session = await openSession(wire);
  for (let count = from; count <= to; count += 150) {
    await session.run({ ...sessionOptions(), until: { kind: 'candles', count } });
    hashes.set(session.bot.store.seq, hashesOf(session.bot.world).all);
    if (count % 300 === 0) await session.checkpoint('test');
  }
  await session.close();
}

before(async () => {
  await run(150, 1500, true);
  changeDirectory(place, { reset: ['q-table'] }, ({ seq, states }) => {
    assert.ok(seq > 1500);
    hashes.set(seq, hashesAt({ states } as never).all);
  });
  // Not named again: what was begun goes on.
  await run(1650, 3000, null);
});

describe('a directory that keeps its history', () => {
  it('shows every step from the first on, as memory had it then', () => {
    assert.equal(reach(place).first, 0);
    assert.ok(hashes.size > 15);
    for (const [seq, hash] of hashes)
      assert.equal(hashesAt(lookAt(place, seq)).all, hash, `${seq}`);
    assert.equal(lookAt(place, 0).report.lost.length, 0);
  });

  it('across a reset, which is in no fact, from the checkpoint that was kept of it', () => {
    const reset = [...hashes.keys()].find(seq => seq > 1500) ?? 0;
    const [before, then] = [lookAt(place, reset - 100), lookAt(place, reset + 40)];
    assert.equal(before.lost.size, 0);
    assert.equal(then.lost.size, 0);
    const rewards = ({ states }: typeof then): number =>
      (states['q-table'] as { rewards: number }).rewards;
    assert.ok(rewards(before) > 0 && rewards(then) < rewards(before));
  });

  it('tells its whole journal as one chain, in both copies', () => {
    let next = 1;
    for (const { seq } of journalOf(place).steps()) {
      assert.equal(seq, next);
      next += 1;
    }
    assert.equal(next - 1, reach(place).last);
    const kept = names('history/journal');
    for (const copy of ['a', 'b'])
      assert.ok(kept.filter(name => name.includes(`.${copy}.jsonl`)).length > 3, copy);
    assert.ok(names('journal').length < kept.length, 'a start reads no more than ever');
  });

  it('looks back at its first trade', () => {
    const { point, trade } = entryOf(place, { kind: 'trade', number: 1 });
    const { orders } = decisionAt(place, point);
    assert.equal(orders[0]?.id, trade?.id);
  });

  it('ends it when told to, and never removes what it has', async () => {
    const kept = names('history/journal');
    await run(3150, 3900, false);
    assert.deepEqual(names('history/journal'), kept);
    assert.ok(reach(place).first > 3000);
  });
});
