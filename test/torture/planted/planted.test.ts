import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../../src/base/assert.ts';
import { isSeen } from '../suite/planted.ts';
import { bugs } from './bugs.ts';

describe('a planted bug', () => {
  const bug = must(
    bugs.find(({ says }) => says === undefined),
    'a bug',
  );

  it('is seen where a case says what the oracle says of it', () => {
    assert.ok(isSeen(bug, ['Error: checkpoints, killed at its end: nothing was damaged']));
  });

  it('is not seen where only the preparation broke, whatever that says', () => {
    const why = 'Error: checkpoints breaks by itself: it is called damaged beyond repair: a file';
    assert.ok(!isSeen(bug, [why]));
    assert.ok(!isSeen(bug, []));
  });

  it('is not seen where a case failed of something else', () => {
    assert.ok(!isSeen(bug, ['Error: cannot create purse_state.json.tmp: it is there (EEXIST)']));
  });
});
