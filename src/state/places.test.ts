import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { COMPONENTS, runSteps } from '../../test/state/small-bot.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { openDisks } from './open-disks.ts';
import { openStore, type Store } from './store.ts';
import { verifyDirectory } from './verify.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-places-'));
after(() => rmSync(root, { recursive: true }));

const open = (directory: string): Store =>
  openStore({ directory, components: COMPONENTS, now: Date.now, sync: 'shared' });

let count = 0;
function lived(): string {
  count += 1;
  const directory = join(root, `models-${count}`);
  const store = open(directory);
  runSteps(store, 20);
  store.checkpoint('test');
  store.close();
  return directory;
}

function refusalOf(directory: string): Fault {
  try {
    open(directory).close();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return error;
  }
  assert.fail('it started');
}

const namesIn = (directory: string) => readdirSync(directory, { recursive: true }).toSorted();

type Mess = (path: string) => void;
const folder: Mess = path => mkdirSync(path);
const file: Mess = path => writeFileSync(path, 'mine\n');
const link: Mess = path => symlinkSync('/etc/hostname', path);

describe('something in the way', () => {
  for (const [name, kind, make] of [
    ['lock', 'a folder', folder],
    ['lock', 'no lock file', file],
    ['lock-owner.json', 'a folder', folder],
    ['notes.jsonl', 'a folder', folder],
    ['notes.1.jsonl', 'a link', link],
    ['manifest.json', 'a folder', folder],
    ['manifest.json.tmp', 'a folder', folder],
    ['purse_state.json', 'a link', link],
    ['purse_state.json.tmp', 'a folder', folder],
    ['previous/0/purse_state.json.tmp', 'a folder', folder],
    ['previous/5', 'a file', file],
    ['journal/000000000021.a.jsonl.tmp', 'a folder', folder],
    ['journal', 'a file', file],
    ['previous', 'a file', file],
    ['blobs', 'a file', file],
    ['quarantine', 'a file', file],
  ] as const)
    it(`(${name} is ${kind}) is refused by a start and seen by verify, in the same words`, () => {
      const directory = lived();
      rmSync(join(directory, name), { recursive: true, force: true });
      make(join(directory, name));
      const before = namesIn(directory);
      const seen = verifyDirectory(openDisks(directory), COMPONENTS);
      const { message, remedy, exitCode } = refusalOf(directory);
      assert.equal(exitCode, EXIT.corrupt, message);
      assert.ok(message.includes(join(directory, name)), message);
      assert.equal(seen.damaged, true);
      assert.deepEqual([seen.refusal?.message, seen.refusal?.remedy], [message, remedy]);
      assert.ok(seen.findings.some(finding => finding.file === name && finding.text === message));
      assert.deepEqual(namesIn(directory), before, 'nothing was written');
    });
});

describe('the verdict of verify on a start', () => {
  it('is none where a start mends what is damaged', () => {
    const directory = lived();
    rmSync(join(directory, 'purse_state.json'));
    writeFileSync(join(directory, 'purse_state.json'), 'damage');
    const { damaged, refusal } = verifyDirectory(openDisks(directory), COMPONENTS);
    assert.deepEqual([damaged, refusal], [true, null]);
  });

  it('is that of the start where the journal is gone', () => {
    const directory = lived();
    rmSync(join(directory, 'journal'), { recursive: true });
    const { refusal } = verifyDirectory(openDisks(directory), COMPONENTS);
    const { message, remedy } = refusalOf(directory);
    assert.match(remedy, /--accept-loss/);
    assert.deepEqual([refusal?.message, refusal?.remedy], [message, remedy]);
  });
});
