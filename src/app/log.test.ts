import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openLog } from './log.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
after(() => rmSync(root, { recursive: true }));
const never = (reason: string) => assert.fail(reason);

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);

describe('log', () => {
  it('has written a line when the call returns', () => {
    const directory = join(root, 'plain');
    const log = openLog({ directory, level: 'info', onFailure: never });
    log.info('trade closed', { symbol: 'BTC/USDT:USDT', profit: 1.5 });
    log.debug('not kept at this level');
    const lines = linesOf(log.file);
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.['msg'], 'trade closed');
    assert.equal(lines[0]?.['level'], 'info');
    assert.equal(lines[0]?.['profit'], 1.5);
    log.close();
  });

  it('appends after a restart', () => {
    const directory = join(root, 'again');
    for (const word of ['one', 'two']) {
      const log = openLog({ directory, level: 'info', onFailure: never });
      log.info(word);
      log.close();
    }
    const lines = linesOf(join(directory, 'logs', 'holdfast.log'));
    assert.deepEqual(
      lines.map(line => line['msg']),
      ['one', 'two'],
    );
  });

  it('keeps three files within their size, the newest lines always', () => {
    const directory = join(root, 'rotating');
    const log = openLog({ directory, level: 'info', onFailure: never, fileBytesMax: 1000 });
    for (let number = 0; number < 100; number += 1) log.info(`line ${number}`);
    log.close();
    const folder = join(directory, 'logs');
    const names = readdirSync(folder).sort();
    assert.deepEqual(names, ['holdfast.1.log', 'holdfast.2.log', 'holdfast.log']);
    for (const name of names) assert.ok(statSync(join(folder, name)).size <= 1000);
    assert.equal(linesOf(join(folder, 'holdfast.log')).at(-1)?.['msg'], 'line 99');
  });

  it('writes the stack of an error', () => {
    const log = openLog({ directory: join(root, 'error'), level: 'info', onFailure: never });
    log.error('this is a bug', { err: new Error('planted') });
    assert.match(readFileSync(log.file, 'utf8'), /planted.*log\.test\.ts/);
    log.close();
  });

  it('tells once that it cannot write, and goes on without', () => {
    const directory = join(root, 'file-in-the-way');
    writeFileSync(directory, '');
    const reasons: string[] = [];
    const log = openLog({ directory, level: 'info', onFailure: reason => reasons.push(reason) });
    log.info('one');
    log.info('two');
    log.close();
    assert.equal(reasons.length, 1);
    assert.ok(!existsSync(log.file));
  });
});
