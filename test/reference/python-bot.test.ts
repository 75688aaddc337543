/**
 * The Python on this machine writes the old bot's files anew; they must give what the committed ones do.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readOldDirectory } from '../../src/app/import-python.ts';
import { canonicalText } from '../../src/base/canonical.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { runPython, unlessPython } from './python.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/python-bot');
const skip = unlessPython('numpy', 'joblib', 'h5py');

describe('files that Python writes now', { skip }, () => {
  const folder = workFolder('python-bot');
  for (const name of ['plain', 'objects', 'whole', 'nested'])
    it(`give the memory and the report of the committed ones: ${name}`, async () => {
      runPython('python_bot.py', folder);
      const [now, then] = await Promise.all(
        [folder, FIXTURES].map(parent => readOldDirectory(join(parent, name), null)),
      );
      assert.equal(canonicalText(now?.memory), canonicalText(then?.memory));
      assert.deepEqual(now?.findings, then?.findings);
    });
});
