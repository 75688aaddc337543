/**
 * `state import --learned`, as a person meets it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fingerprint } from '../../test/lifecycle/memory.ts';
import { workFolder } from '../../test/lifecycle/work-folder.ts';
import { runCli } from './cli.ts';

const OLD = join(import.meta.dirname, '../../test/fixtures/python-bot');
const folder = workFolder('import-learned');
const at = (name: string): string => join(folder, name);

async function say(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    stdout: { write: text => (out += text), on: () => {} },
    stderr: { write: text => (err += text), on: () => {} },
    ...{ env: {}, now: Date.now, log: null },
  });
  return { code, out, err };
}

const importing = (from: string, to: string, ...more: readonly string[]) =>
  say('state', 'import', '--learned', '--from', at(from), '--dir', at(to), ...more);

/** A directory that has learned what the Python bot had. */
const learned = (name: string, from: string) =>
  say('state', 'import', '--from', join(OLD, from), '--dir', at(name), '--yes');

describe('state import --learned', () => {
  it('begins no directory where nothing was learned', async () => {
    await say('trade', '--no-web', '--dir', at('young'), '--until', '2', '--speed', 'max');
    const { code, out } = await importing('young', 'young-new');
    assert.equal(code, 0);
    assert.match(out, /\nnothing changed\n$/);
    assert.equal(existsSync(at('young-new')), false);
  });

  it('says what it would do, also in JSON, and does nothing without a word', async () => {
    await learned('knowing', 'plain');
    await learned('another', 'whole');
    const before = fingerprint(at('knowing'));
    const { code, out, err } = await importing('another', 'knowing', '--json');
    assert.equal(code, 2);
    const told = JSON.parse(out) as { parts: { id: string; carried: boolean }[]; refused: string };
    assert.match(told.refused, /has learned something itself: q-table, attention$/);
    assert.ok(err.includes(told.refused));
    const carried = told.parts.filter(part => part.carried).map(({ id }) => id);
    assert.deepEqual(carried, ['q-table', 'attention']);
    assert.match((await importing('another', 'knowing')).out, /^q-table +carried over /m);
    assert.deepEqual(fingerprint(at('knowing')), before);
  });
});
