/**
 * `log_format`: lines for people, or for programs where no terminal is.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runBot } from './bot-process.ts';
import { workFolder } from './work-folder.ts';

const folder = workFolder('log-format');

const linesWith = async (format: string): Promise<string[]> => {
  const directory = join(folder, format);
  const args = ['trade', '--no-web', '--speed', 'max', '--until', '200', '--dir', directory];
  const { code, stdout } = await runBot(args, { HOLDFAST__LOG_FORMAT: format });
  assert.equal(code, 0);
  return stdout.trimEnd().split('\n');
};

const isObject = (line: string): boolean => {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
};

describe('what trade prints into a pipe', () => {
  for (const format of ['json', 'auto'])
    it(`is JSON, line by line, where log_format is ${format}`, async () => {
      const lines = await linesWith(format);
      assert.ok(lines.length > 10, `${lines.length} lines`);
      assert.deepEqual(
        lines.filter(line => !isObject(line)),
        [],
      );
    });

  it('is lines for people otherwise', async () => {
    const lines = await linesWith('pretty');
    assert.ok(lines.length > 10 && !lines.some(isObject));
  });
});
