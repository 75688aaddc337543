import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { runSession } from '../app/session.ts';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
after(() => rmSync(directory, { recursive: true, force: true }));
before(async () => {
  for (const count of [50, 100])
    await runSession(sessionOptions({ until: { kind: 'candles', count } }, { directory }));
});

async function state(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: { write: (text: string) => (out += text), on: () => {} },
    stderr: { isTTY: true, write: (text: string) => (err += text), on: () => {} },
    ...{ env: {}, now: Date.now, log: null },
  };
  return { code: await runCli(['state', ...args, '--dir', directory], io), out, err };
}

describe('state verify --deep', () => {
  it('says what was folded again, and shows how far it is on stderr', async () => {
    const { code, out, err } = await state('verify', '--deep');
    assert.equal(code, EXIT.ok);
    assert.match(out, /^ok {6}journal: 10 parts folded again from step 51 to 101, equal/m);
    assert.match(out, /^ok {6}the directory: a start goes on at step 101$/m);
    assert.match(out, /\nclean at step \d+\n$/);
    assert.match(err, /folding the journal .* 100 %/);
  });

  it('exits 1 with a remedy for each damaged file', async () => {
    const file = join(directory, 'q_table.json');
    const before = readFileSync(file);
    writeFileSync(
      file,
      before.toString().replace(/\d(?=\D*$)/, digit => `${9 - Number(digit)}`),
    );
    const { code, out } = await state('verify', '--deep', '--json');
    writeFileSync(file, before);
    assert.equal(code, EXIT.checkFailed);
    const { deep, damaged, findings } = JSON.parse(out);
    assert.deepEqual({ deep, damaged }, { deep: true, damaged: true });
    const bad = findings.filter((each: { severity: string }) => each.severity === 'damage');
    assert.equal(bad[0].file, 'q_table.json');
    assert.match(bad[0].remedy, /start the bot/);
  });
});

describe('state scrub', () => {
  const note = (more: object): void =>
    appendFileSync(
      join(directory, 'notes.jsonl'),
      `${JSON.stringify({ at: new Date().toISOString(), ...more })}\n`,
    );
  const round = { what: 'scrubbed', seq: 1_000_000, files: 30, bytes: 2048, workMs: 1500 };

  it('says that no round was finished yet', async () => {
    const { code, out } = await state('scrub');
    assert.deepEqual([code, out], [EXIT.ok, `${directory}: no round has been finished yet\n`]);
  });

  it('tells of the last round; the files are verified as of it', async () => {
    note({ ...round, findings: 0, repaired: 0 });
    const { code, out } = await state('scrub');
    assert.equal(code, EXIT.ok);
    assert.match(
      out,
      /^last round 20\S+: 30 files, 2\.0 kB, 0 damaged, 0 written again \(1s of work\)\n$/,
    );
    const { last } = JSON.parse((await state('scrub', '--json')).out);
    const { parts } = JSON.parse((await state('list', '--json')).out);
    for (const { id, verifiedAt } of parts) assert.equal(verifiedAt, last.at, id);
    const { generations } = JSON.parse((await state('history', '--json')).out);
    assert.equal(generations[0].files.run.verifiedAtMs, Date.parse(last.at));
  });

  it('exits 1 where the last round left damage, which verifies nothing', async () => {
    const before = JSON.parse((await state('list', '--json')).out).parts[0].verifiedAt;
    note({ what: 'damage', file: 'journal/000000000001.a.jsonl', why: 'is rotten' });
    note({ ...round, findings: 1, repaired: 0 });
    const { code, out } = await state('scrub');
    assert.equal(code, EXIT.checkFailed);
    assert.match(out, /^20\S+ {2}damage {2}journal\/000000000001\.a\.jsonl is rotten$/m);
    assert.match(out, /run `holdfast state verify`/);
    assert.equal(JSON.parse((await state('list', '--json')).out).parts[0].verifiedAt, before);
  });
});

describe('a look at a directory whose manifests are both damaged', () => {
  const manifests = ['manifest.json', 'manifest.mirror.json'].map(name => join(directory, name));

  for (const look of [['list'], ['history'], ['hash'], ['show', 'run'], ['diff', '90', '101']])
    it(`says so in state ${look[0]}, and changes nothing`, async () => {
      const before = manifests.map(file => readFileSync(file));
      for (const file of manifests) writeFileSync(file, `x${readFileSync(file, 'utf8').slice(1)}`);
      const spoilt = manifests.map(file => readFileSync(file));
      const { code, out, err } = await state(...look);
      assert.deepEqual(
        manifests.map(file => readFileSync(file)),
        spoilt,
      );
      for (const [index, file] of manifests.entries()) writeFileSync(file, before[index]!);
      assert.equal(code, EXIT.ok);
      assert.match(out + err, /there is damage that a start repairs \(in \d+ places/);
    });
});
