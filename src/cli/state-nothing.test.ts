/**
 * The `state` commands, where there is no state directory.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-nothing-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function say(...args: string[]): Promise<{ code: number; told: string }> {
  let told = '';
  const stream = { write: (text: string) => (told += text), on: () => {} };
  const io: Io = { stdout: stream, stderr: stream, env: {}, now: () => 0, log: null };
  const code = await runCli(args, io);
  return { code, told };
}

describe('state commands that change something', () => {
  for (const [what, names] of [
    ['an empty folder', []],
    ['somebody else’s folder', ['thesis.txt']],
  ] as const)
    for (const command of [['checkpoint'], ['upgrade'], ['reset', 'q-table', '--yes']])
      it(`begin no directory in ${what}: ${command[0]}`, async () => {
        const directory = join(folder, `${command[0]}-${names.length}`);
        mkdirSync(directory);
        for (const name of names) writeFileSync(join(directory, name), '');
        const { code, told } = await say('state', ...command, '--dir', directory);
        assert.equal(code, EXIT.config, told);
        assert.match(
          told,
          /^holdfast: (there is nothing in|\S+ is no Holdfast directory)[^\n]+\n$/,
        );
        assert.deepEqual(readdirSync(directory), names);
      });
});

describe('state commands that look', () => {
  const looks = ['verify', 'verify --deep', 'scrub', 'list', 'hash', 'show run', 'history', 'diff'];
  for (const command of looks.map(each => each.split(' ')))
    it(`refuse somebody else’s folder as a start does: ${command.join(' ')}`, async () => {
      const directory = join(folder, `look-${command.join('-')}`);
      mkdirSync(directory);
      writeFileSync(join(directory, 'thesis.txt'), '');
      const { code, told } = await say('state', ...command, '--dir', directory);
      assert.equal(code, EXIT.config, told);
      assert.match(
        told,
        /^holdfast: \S+ is no Holdfast directory: it holds thesis\.txt — check --dir\n$/,
      );
    });

  it('take an empty folder for a directory to be', async () => {
    const directory = join(folder, 'to-be');
    mkdirSync(directory);
    const { code, told } = await say('state', 'verify', '--dir', directory);
    assert.deepEqual([code, told], [EXIT.ok, `${directory}: nothing yet\n`]);
  });
});
