import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { EXIT } from '../base/fault.ts';
import { codeOf, diskFault } from './disk-fault.ts';

/** As Node throws it: it has no name for that number. */
const overQuota = (): Error =>
  Object.assign(new Error('Unknown system error -122: Unknown system error -122, write'), {
    errno: -os.constants.errno.EDQUOT,
    code: 'Unknown system error -122',
  });

describe('the words for a disk fault', () => {
  it('a used-up quota is called by its name, with its own remedy', () => {
    assert.equal(codeOf(overQuota()), 'EDQUOT');
    const fault = diskFault('write', '/models/journal/1.a.jsonl', overQuota());
    assert.equal(fault.exitCode, EXIT.disk);
    assert.equal(fault.message, 'cannot write /models/journal/1.a.jsonl: quota used up (EDQUOT)');
    assert.match(fault.remedy, /raise the quota/);
  });

  it('what has no code is told in its own words', () => {
    assert.equal(codeOf('gone'), 'unknown');
    assert.match(diskFault('write', 'x', new Error('odd')).message, /cannot write x: odd/);
  });
});
