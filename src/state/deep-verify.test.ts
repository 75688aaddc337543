import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alone, eachFile, flip, mirrored, running, simulated } from '../../test/state/rotten.ts';
import { COMPONENTS, openOn, purse, runSteps } from '../../test/state/small-bot.ts';
import { must } from '../base/assert.ts';
import type { AnyComponent } from '../core/component.ts';
import { deepVerify } from './deep-verify.ts';
import { encodeFile } from './formats.ts';
import type { Disks } from './journal.ts';
import { encodeManifest, newestOf, readManifests } from './manifest.ts';
import { recover } from './recover.ts';
import { sha256, stateHash } from './state-hash.ts';
import { verifyDirectory } from './verify.ts';

const damageIn = (disks: Disks, components = COMPONENTS) =>
  deepVerify(disks, components).findings.filter(({ severity }) => severity === 'damage');

const textOf = (disks: Disks, file: RegExp, components = COMPONENTS): string =>
  deepVerify(disks, components)
    .findings.filter(finding => file.test(finding.file))
    .map(({ text }) => text)
    .join('\n');

/** A file, its record and both manifests changed together: nothing but the journal can tell. */
function forge(disks: Disks): void {
  const disk = simulated(disks.a);
  const { states, seq } = recover({ disks, components: [purse], through: 24 });
  const state = { ...(states['purse'] as { paid: number; settlements: number }) };
  state.paid += 1000;
  const bytes = encodeFile({ component: 'purse', schema: 1, seq }, purse.file.encode(state));
  const manifest = must(newestOf(readManifests(disk)), 'a manifest');
  const forged = { sha256: sha256(bytes), bytes: bytes.length, state: stateHash(state) };
  const generations = manifest.generations.map((generation, index) => {
    const own = must(generation.components['purse'], 'a record');
    const components = { ...generation.components, purse: { ...own, ...forged } };
    return index === 0 ? { ...generation, components } : generation;
  });
  disk.tamper('purse_state.json', () => bytes);
  for (const file of ['manifest.json', 'manifest.mirror.json'])
    disk.tamper(file, () => encodeManifest({ ...manifest, generations }));
}

describe('deep verification', () => {
  it('folds a young directory from its first step, and nothing yet is clean', () => {
    const disks = alone();
    assert.equal(deepVerify(disks, COMPONENTS).empty, true);
    runSteps(openOn(disks), 9);
    assert.deepEqual(damageIn(disks), []);
    assert.match(textOf(disks, /^journal$/), /4 parts folded again from step 0 to 9 and the head/);
  });

  for (const [place, make] of [
    ['a directory', alone],
    ['one with a mirror', mirrored],
  ] as const)
    it(`finds ${place} whole, names what it read, writes nothing and says how far it is`, () => {
      const disks = make();
      running(disks);
      const { operations } = simulated(disks.a).machine;
      const shares: number[] = [];
      const { findings, damaged, seq } = deepVerify(disks, COMPONENTS, share => shares.push(share));
      assert.deepEqual({ damaged, seq }, { damaged: false, seq: 28 });
      assert.equal(simulated(disks.a).machine.operations, operations);
      assert.equal(shares.at(-1), 1);
      assert.ok(shares.every((share, index) => share >= (shares[index - 1] ?? 0)));
      const told = findings.map(({ file, text }) => `${file}: ${text}`).join('\n');
      assert.match(told, /from step 21 to 28, equal at steps 24 and the head/);
      assert.match(told, /0022\.a\.jsonl\.zst: whole, steps 22 to 24, both copies alike/);
      assert.match(told, /blobs\/\w{64}\.bin: whole in both copies/);
      assert.match(told, /previous\/21\/brain_model\.safetensors: whole, the same as/);
    });

  it('finds a flipped byte in any file at rest, and says what to do about each', () => {
    for (const { disks, disk, path } of eachFile(mirrored)) {
      disk.tamper(path, flip);
      const found = damageIn(disks);
      assert.ok(
        found.some(({ file }) => file.endsWith(path)),
        path,
      );
      for (const { remedy } of found) assert.ok((remedy ?? '').length > 20, path);
    }
  });

  it('finds a state that is whole and vouched for, and that no journal comes to', () => {
    const disks = alone();
    running(disks);
    forge(disks);
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, false, 'its hashes are right');
    const [found, ...more] = damageIn(disks);
    assert.match(
      `${found?.file}: ${found?.text}`,
      /^purse_state\.json: its state at step 24 is not what the journal comes to from step 21 on$/,
    );
    assert.match(found?.remedy ?? '', /move that file away/);
    assert.deepEqual([...new Set(more.map(({ file }) => file))], ['purse_state.json']);
  });

  it('compares nothing over an upgrade, which may change what a past comes to', () => {
    const disks = alone();
    running(disks).close();
    const next: AnyComponent = {
      ...purse,
      version: 2,
      upgrades: {
        2: old => {
          if (old.format !== 'json') throw new Error('not JSON');
          return { ...old, value: { ...old.value, paid: Number(old.value['paid']) * 2 } };
        },
      },
    };
    const components = COMPONENTS.map(each => (each.id === 'purse' ? next : each));
    const store = openOn(disks, { components });
    for (const steps of [0, 3, 3, 3]) {
      runSteps(store, steps, undefined, components);
      if (steps > 0) store.checkpoint('test');
      assert.deepEqual(damageIn(disks, components), [], `after ${store.seq}`);
    }
    assert.match(textOf(disks, /^journal$/, components), /4 parts folded again/);
  });

  it('calls a directory that changes all the while neither clean nor damaged', () => {
    const disks = alone();
    const disk = simulated(disks.a);
    running(disks);
    const list = disk.list.bind(disk);
    let looks = 0;
    disk.list = folder => {
      looks += 1;
      return folder === '' ? [...list(folder), `other-${looks}`] : list(folder);
    };
    assert.throws(() => deepVerify(disks, COMPONENTS), { exitCode: 74 });
  });
});
