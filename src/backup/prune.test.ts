import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backUp, idOf, memoryPlace, restoreTo, sharing } from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { canonicalText } from '../base/canonical.ts';
import { parsePlainObject } from '../state/format-json.ts';
import { sha256 } from '../state/state-hash.ts';

const START_MS = 1_700_000_000_000;
const HOUR = 3_600_000;

/** A bot that makes seven steps and a generation before each backup. */
function begin() {
  const source = new SimulatedDisk();
  const { disk, place } = memoryPlace();
  const store = openOn(sharing(source));
  const told: string[] = [];
  const warn = (line: string): void => void told.push(line);
  const next = async (keep: number, timeMs: number) => {
    runSteps(store, 7);
    store.checkpoint('test');
    return await backUp(source, place, { keep, now: () => timeMs, warn });
  };
  const folder = () => `${idOf(source)}/backups`;
  const steps = () => disk.list(folder()).map(name => Number(name.slice(0, 12)));
  return { source, disk, place, store, told, next, folder, steps };
}

/** The same catalogue as a later format would write it. */
const asNewer = (data: Buffer): Buffer => {
  const { sha256: _, ...body } = parsePlainObject(data);
  const newer = { ...body, format: 2 };
  return Buffer.from(JSON.stringify({ sha256: sha256(canonicalText(newer)), ...newer }));
};

const flip = (data: Buffer): Buffer => {
  data[20]! ^= 1;
  return data;
};

describe('which backups stay', () => {
  it('the later ones of a history, also after the clock was ahead', async () => {
    const { source, place, next, steps } = begin();
    await next(1, START_MS + 2000 * 24 * HOUR);
    for (const hour of [1, 2, 3]) {
      const { seq, dropped } = await next(1, START_MS + hour * HOUR);
      assert.deepEqual([steps(), dropped], [[seq], 1]);
    }
    const { store } = await restoreTo(place, idOf(source), 28);
    assert.equal(hashOf(store.states), expectedAt(28));
  });

  it('those of the later epoch, and the one just made even where it is of an earlier one', async () => {
    const { source, disk, place, next, folder } = begin();
    await next(1, START_MS);
    const copy = source.kill();
    openOn(sharing(copy), { reset: ['matrix'] });
    await backUp(copy, place, { keep: 1, now: () => START_MS - HOUR });
    const times = () => disk.list(folder()).map(name => Number(name.slice(13, 26)) - START_MS);
    assert.deepEqual(times(), [-HOUR]);
    for (const hour of [1, 2]) {
      await next(1, START_MS + hour * HOUR);
      assert.deepEqual(times(), [-HOUR, hour * HOUR]);
    }
  });

  for (const [what, hurt] of [
    ['damaged', flip],
    ['of a newer release', asNewer],
  ] as const)
    it(`a catalogue that is ${what} fails no backup, drives none out, and keeps its files`, async () => {
      const { source, disk, place, told, next, folder, steps } = begin();
      for (const hour of [1, 2, 3]) await next(3, START_MS + hour * HOUR);
      const hurtPath = `${folder()}/${disk.list(folder())[0]}`;
      const whole = Buffer.from(disk.read(hurtPath) ?? []);
      disk.tamper(hurtPath, hurt);
      const objects = disk.list(`${idOf(source)}/objects`);
      for (const hour of [4, 5, 6]) await next(3, START_MS + hour * HOUR);
      assert.deepEqual(steps(), [7, 28, 35, 42], 'three that can be read, and the other one');
      assert.match(
        told.join(),
        /backups\/0+7-\d+\.json .*: it does not count, and what it may need/,
      );
      assert.deepEqual(
        objects.filter(name => !disk.list(`${idOf(source)}/objects`).includes(name)),
        [],
      );
      disk.tamper(hurtPath, () => whole);
      for (const seq of [7, 20, 42])
        assert.equal(
          hashOf((await restoreTo(place, idOf(source), seq)).store.states),
          expectedAt(seq),
        );
    });

  it('one of a newer release stays also where the step is backed up again', async () => {
    const { source, disk, place, next, folder, steps } = begin();
    await next(3, START_MS);
    disk.tamper(`${folder()}/${disk.list(folder())[0]}`, asNewer);
    await backUp(source, place, { keep: 3, now: () => START_MS + HOUR });
    assert.deepEqual(steps(), [7, 7]);
  });

  it('what another process removed before the catalogue was written is sent again', async () => {
    const { source, place, next } = begin();
    await next(1, START_MS);
    let isFirst = true;
    const put = async (path: string, bytes: Uint8Array): Promise<void> => {
      // The other one makes a later backup, and drops the first with its files, in between.
      if (path.includes('/backups/') && isFirst) {
        isFirst = false;
        await next(1, START_MS + HOUR);
      }
      await place.put(path, bytes);
    };
    const { seq } = await backUp(source, { ...place, put }, { keep: 2 });
    assert.equal(seq, 7);
    const { store } = await restoreTo(place, idOf(source), 7);
    assert.equal(hashOf(store.states), expectedAt(7));
  });
});
