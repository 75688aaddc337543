/**
 * The commands that change a directory, where there is none.
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
        let told = '';
        const stream = { write: (text: string) => (told += text), on: () => {} };
        const io: Io = { stdout: stream, stderr: stream, env: {}, now: () => 0, log: null };
        const code = await runCli(['state', ...command, '--dir', directory], io);
        assert.equal(code, EXIT.config, told);
        assert.match(
          told,
          /^holdfast: (there is nothing in|\S+ is no Holdfast directory)[^\n]+\n$/,
        );
        assert.deepEqual(readdirSync(directory), names);
      });
});
