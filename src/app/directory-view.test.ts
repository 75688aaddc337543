import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Place } from '../../test/mirror-fixture.ts';
import { runSteps } from '../../test/state/small-bot.ts';
import { weightOf } from './directory-view.ts';

describe('what a directory weighs beside a running bot', () => {
  it('tells how far the mirror is behind', () => {
    const place = new Place();
    const store = place.open('d');
    const held = { directory: place.at('d'), journalMirror: place.at('m'), allowNetwork: true };
    runSteps(store, 5);
    assert.deepEqual(weightOf(held)?.lag, { steps: 0, bytes: 0 });
    store.checkpoint('test');
    runSteps(store, 3);
    assert.deepEqual(weightOf(held)?.lag, { steps: 0, bytes: 0 }, 'in the next segment, too');
    const own = weightOf({ ...held, journalMirror: null })?.lag;
    assert.equal(own?.steps, 8, 'looked at without its mirror it has no second copy');
    truncateSync(place.at('m', 'journal', '000000000006.b.jsonl'), 0);
    assert.equal(weightOf(held)?.lag?.steps, 3);
    // The bot says so itself before its next step.
    assert.throws(() => runSteps(store, 1), /something else writes to this directory/);
    store.close();
  });
});
