/**
 * Learned state out of another directory: into a new one, into one that has learned itself, and out
 * of one that an older release left.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lookAt, memoryOf, placeHeld } from '../../src/app/directory.ts';
import { type ImportedLearned, importLearned, planLearned } from '../../src/app/import-learned.ts';
import { rollBackAtRest } from '../../src/app/rollback.ts';
import { runSession } from '../../src/app/session.ts';
import { hashesOf } from '../../src/app/view.ts';
import { EXIT, type Fault } from '../../src/base/fault.ts';
import { components, type Memory } from '../../src/components.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import { eventfulRun } from '../fixtures/eventful-run.ts';
import { thaw } from '../fixtures/frozen-directory.ts';
import { LIVELY } from '../fixtures/pipeline.ts';
import { writeDirectory } from '../fixtures/pipeline-directory.ts';
import { sessionOptions } from '../fixtures/session.ts';
import { fingerprint } from '../lifecycle/memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const placeOf = (name: string) =>
  placeHeld({ directory: at(name), journalMirror: null, allowNetwork: true });
const memoryIn = (name: string): Memory => memoryOf(lookAt(placeOf(name)));
function take(name: string, from = 'source', yes = false): ImportedLearned {
  const plan = planLearned(placeOf(name), at(from));
  if (plan.refusal !== null && !yes) throw plan.refusal;
  return importLearned(placeOf(name), plan);
}
const MONEY = ['portfolio', 'risk-manager', 'analytics', 'market', 'run'] as const;

async function trade(name: string, count: number): Promise<string> {
  const until = { kind: 'candles', count } as const;
  const wire = { directory: at(name), settings: LIVELY, seed: 5 };
  return hashesOf((await runSession(sessionOptions({ until }, wire))).bot.world).all;
}

before(async () => writeDirectory(at('source'), await eventfulRun()));

describe('learned state of another directory', () => {
  it('begins a new one: models, Q-table, attention and ensemble, and no money', () => {
    const untouched = fingerprint(at('source'));
    const { parts, replaced, seq } = take('new');
    assert.equal(seq, 1);
    assert.deepEqual(new Set(replaced), new Set(parts.map(({ id }) => id)));
    const [here, there] = [memoryIn('new'), memoryIn('source')];
    assert.ok(there['signal-model'].version > 0 && there['deep-signal-model'].version > 0);
    for (const id of ['signal-model', 'deep-signal-model'] as const) {
      assert.equal(here[id].version, there[id].version);
      assert.equal(here[id].examples.length, 0, 'they are of that market');
      assert.equal(here[id].request, null);
    }
    assert.deepEqual(here['signal-model'].trained, there['signal-model'].trained);
    assert.deepEqual(here['deep-signal-model'].model, there['deep-signal-model'].model);
    assert.deepEqual(here['q-table'].q, there['q-table'].q);
    assert.deepEqual(Object.keys(here['q-table'].waiting), []);
    assert.deepEqual(here.attention.table, there.attention.table);
    assert.deepEqual(here.ensemble.weights, there.ensemble.weights);
    for (const id of MONEY) {
      const initial = components.find(each => each.id === id)?.initial();
      assert.equal(stateHash(here[id]), stateHash(initial), id);
    }
    assert.equal(fingerprint(at('source')), untouched, 'it is only read');
    assert.match(parts[0]?.text ?? '', /^version \d+, .* examples stay, which are of that market$/);
  });

  it('is traded on with, and a run that was stopped ends as its twin', async () => {
    cpSync(at('new'), at('twin'), { recursive: true });
    await trade('new', 300);
    await trade('new', 900);
    assert.equal(await trade('new', 1500), await trade('twin', 1500));
    assert.ok(memoryIn('new')['signal-model'].version > 0);
  });

  it('takes the place of what was learned itself only when asked to, and can be taken back', async () => {
    await trade('own', 1500);
    const own = memoryIn('own');
    assert.throws(
      () => take('own'),
      ({ exitCode, message }: Fault) =>
        exitCode === EXIT.usage && /has learned something itself: .*q-table/.test(message),
    );
    const { seq, replaced } = take('own', 'source', true);
    const here = memoryIn('own');
    for (const id of MONEY) assert.equal(stateHash(here[id]), stateHash(own[id]), id);
    assert.deepEqual(here['q-table'].waiting, own['q-table'].waiting);
    assert.deepEqual(here['signal-model'].examples, own['signal-model'].examples);
    assert.equal(
      here['signal-model'].version,
      memoryIn('source')['signal-model'].version + own['signal-model'].lastVersion,
    );
    await rollBackAtRest(placeOf('own'), { ids: replaced, to: { kind: 'step', seq: seq - 1 } });
    assert.deepEqual(memoryIn('own').attention.table, own.attention.table);
    assert.deepEqual(memoryIn('own')['q-table'].q, own['q-table'].q);
    assert.equal(memoryIn('own')['signal-model'].version, own['signal-model'].version);
    assert.deepEqual(take('own', 'source', true).replaced.length, replaced.length, 'and again');
  });

  it('comes out of a directory of 0.1.0 too, and says what does not', () => {
    thaw(new URL('../fixtures/directory-0.1.0.json.zst', import.meta.url).pathname, at('old'));
    const untouched = fingerprint(at('old'));
    const { parts, replaced } = take('of-old', 'old');
    assert.ok(replaced.includes('q-table'));
    for (const { id, carried, text } of parts)
      if (!carried) assert.match(text, /^(no model was adopted|nothing was learned) there/, id);
    assert.deepEqual(memoryIn('of-old')['q-table'].q, memoryIn('old')['q-table'].q);
    assert.equal(fingerprint(at('old')), untouched);
  });

  it('of a folder that is none, that is empty, or of the directory itself is refused', () => {
    for (const [from, words] of [
      ['nowhere', /there is no directory/],
      ['new', /is the directory itself/],
    ] as const)
      assert.throws(
        () => take('new', from, true),
        ({ exitCode, message }: Fault) => exitCode === EXIT.config && words.test(message),
      );
  });
});
