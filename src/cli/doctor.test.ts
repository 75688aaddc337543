import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import type { Checkup } from '../app/checkup.ts';
import { runSession } from '../app/session.ts';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
const directory = join(folder, 'models');
after(() => rmSync(folder, { recursive: true, force: true }));
before(async () => {
  for (const count of [50, 100])
    await runSession(sessionOptions({ until: { kind: 'candles', count } }, { directory }));
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: { write: (text: string) => (out += text), on: () => {} },
    stderr: { write: (text: string) => (err += text), on: () => {} },
    ...{ env: {}, now: Date.now, log: null },
  };
  return { code: await runCli(['doctor', ...args], io), out, err };
}

/** By check: everything that was said of it. */
async function examine(...args: string[]) {
  const { code, out, err } = await run('--json', ...args);
  assert.equal(err, '');
  const { checkups } = JSON.parse(out) as { checkups: Checkup[] };
  const of = (check: string) => checkups.filter(each => each.check === check);
  return { code, checkups, of };
}

const configOf = (text: string): string => {
  const file = join(folder, 'config.json');
  writeFileSync(file, text);
  return file;
};

/** Names and contents of everything, the lock aside. */
const contents = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).map(entry => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? `${path} ${readFileSync(path).toString('base64')}` : path;
  });

describe('doctor', () => {
  it('finds a machine and a directory well enough, and leaves nothing behind', async () => {
    const before = contents();
    const { code, checkups, of } = await examine('--dir', directory);
    assert.equal(code, EXIT.ok, JSON.stringify(checkups.filter(({ level }) => level === 'fail')));
    assert.deepEqual(contents(), before);
    assert.equal(of('state')[0]?.level, 'ok');
    assert.equal(of('lock')[0]?.text, 'no bot holds the directory');
    for (const { level, remedy, check } of checkups)
      assert.equal(remedy === null, level === 'ok', `the remedy of ${check}`);
    const { out } = await run('--dir', directory);
    assert.match(out, /^ok {4}state: clean at step \d+$/m);
    assert.match(out, /\n\d+ ok, \d+ warnings, 0 failed\n$/);
  });

  it('looks before there is a directory', async () => {
    const { code, of } = await examine('--dir', join(folder, 'to', 'be'));
    assert.equal(code, EXIT.ok);
    assert.match(of('directory: permissions')[0]?.text ?? '', /not there yet/);
    assert.deepEqual(readdirSync(folder).includes('to'), false);
  });

  it('tells of a config that is none, and looks at everything else all the same', async () => {
    const file = configOf('{ "leverge": 2 }');
    const { code, of } = await examine('--dir', directory, '--config', file);
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('config')[0]?.text ?? '', /unknown key leverge in/);
    assert.match(of('config')[0]?.remedy ?? '', /did you mean leverage\?/);
    assert.equal(of('state')[0]?.level, 'ok');
  });

  it('warns of values that are allowed and risky', async () => {
    const file = configOf(
      '{ "leverage": 50, "scrub_hours": 0, "risk": { "take_profit_atr": 0, "trail_atr": 0 } }',
    );
    const { code, of } = await examine('--dir', directory, '--config', file);
    assert.equal(code, EXIT.ok);
    assert.deepEqual(
      of('settings').map(({ figures }) => figures['key']),
      ['leverage', 'risk.take_profit_atr', 'scrub_hours'],
    );
  });

  it('sees a secret in a config, in a comment too, and does not show it', async () => {
    const secret = 'a8Fk29dLq0Zx71bVn54mRt63yHu8wPe1';
    const file = configOf(`{\n  // my old one: ${secret}\n  "leverage": 2\n}`);
    const { out, code } = await run('--dir', directory, '--config', file);
    assert.equal(code, EXIT.ok);
    assert.match(out, /^warn {2}secrets: \S+config\.json line 2 looks like a secret — /m);
    assert.doesNotMatch(out, new RegExp(secret));
  });

  it('sees keys that others may read', async () => {
    const file = configOf('{}');
    const env = join(folder, '.env');
    writeFileSync(env, 'HOLDFAST__EXCHANGE__KEY=x\n');
    for (const [mode, level] of [
      [0o644, 'warn'],
      [0o600, 'ok'],
    ] as const) {
      chmodSync(env, mode);
      const { of } = await examine('--dir', directory, '--config', file);
      assert.equal(of('secrets')[0]?.level, level);
    }
    rmSync(env);
  });

  it('sees a directory that anybody may write to', async () => {
    chmodSync(directory, 0o777);
    const { of } = await examine('--dir', directory);
    assert.equal(of('directory: permissions')[0]?.level, 'warn');
    chmodSync(directory, 0o755);
  });

  it('sees a mirror that is not there, and one that is no other disk', async () => {
    const mirror = join(folder, 'mirror');
    const file = configOf(JSON.stringify({ journal_mirror: mirror }));
    const absent = await examine('--dir', join(folder, 'other'), '--config', file);
    assert.equal(absent.code, EXIT.checkFailed);
    assert.equal(absent.of('journal mirror')[0]?.level, 'fail');
    mkdirSync(mirror);
    const present = await examine('--dir', join(folder, 'other'), '--config', file);
    assert.equal(present.of('journal mirror')[0]?.level, 'warn');
    assert.equal(present.of('mirror: fsync').length, 1);
  });

  it('refuses somebody else’s folder', async () => {
    const strange = join(folder, 'strange');
    mkdirSync(strange);
    writeFileSync(join(strange, 'thesis.txt'), '');
    const { code, of } = await examine('--dir', strange);
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('state')[0]?.text ?? '', /no Holdfast directory/);
  });

  it('tells damage that a start mends from damage that it refuses', async () => {
    const spoil = (file: string): void => writeFileSync(join(directory, file), 'rotten');
    const kept = ['risk_manager_state.json', 'manifest.json', 'manifest.mirror.json'].map(
      file => [file, readFileSync(join(directory, file))] as const,
    );
    spoil('risk_manager_state.json');
    const mendable = await examine('--dir', directory);
    assert.equal(mendable.of('state')[0]?.level, 'warn');
    assert.equal(mendable.code, EXIT.ok);
    const journal = join(directory, 'journal');
    const segments = readdirSync(journal).map(
      name => [name, readFileSync(join(journal, name))] as const,
    );
    for (const [name] of segments) rmSync(join(journal, name));
    const refused = await examine('--dir', directory);
    assert.equal(refused.of('state')[0]?.level, 'fail');
    assert.equal(refused.code, EXIT.checkFailed);
    for (const [name, bytes] of segments) writeFileSync(join(journal, name), bytes);
    for (const [file, bytes] of kept) writeFileSync(join(directory, file), bytes);
  });

  it('says who holds the directory, and that it is stopped', async context => {
    const lock = new URL('../state/lock.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(lock)}).then(({ acquireLock }) => {
      acquireLock(${JSON.stringify(directory)});
      setInterval(() => {}, 1000);
      console.log('held');
    });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    context.after(() => child.kill('SIGKILL'));
    await new Promise(resolve => child.stdout.once('data', resolve));
    const running = await examine('--dir', directory);
    assert.match(
      running.of('lock')[0]?.text ?? '',
      new RegExp(`process ${child.pid}\\b.*since 20`),
    );
    child.kill('SIGSTOP');
    const stopped = await examine('--dir', directory);
    assert.equal(stopped.of('lock')[0]?.level, 'warn');
    assert.match(stopped.of('lock')[0]?.remedy ?? '', /kill -CONT/);
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('close', resolve));
    const left = await examine('--dir', directory);
    assert.match(left.of('lock')[0]?.text ?? '', /the last one was killed/);
  });
});
