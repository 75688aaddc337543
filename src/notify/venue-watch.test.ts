import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { NOTIFY_QUIET_MS, NOTIFY_VENUE_AGAIN_MS } from '../base/limits.ts';
import { VenueWatch } from './venue-watch.ts';

let nowMs: number;
let noted: string[];
let watch: VenueWatch;

beforeEach(() => {
  nowMs = 1e12;
  noted = [];
  watch = new VenueWatch({ now: () => nowMs, note: why => noted.push(why) });
});

describe('trouble with a venue', () => {
  it('is noted when it begins and when it ends, however often it is warned of', () => {
    watch.hear('info', 'warming up');
    for (let second = 0; second < 100; second += 1) {
      watch.hear('warn', `does not answer, ${second}`);
      nowMs += 1000;
      watch.look();
    }
    watch.hear('info', 'answers again');
    watch.hear('info', 'all is well');
    assert.deepEqual(noted, ['does not answer, 0', 'answers again']);
  });

  it('that comes and goes is noted once in a while, and never stays unsaid', () => {
    for (let turn = 0; turn < 1000; turn += 1) {
      watch.hear('warn', 'broke');
      watch.hear('info', 'is back');
    }
    assert.deepEqual(noted, ['broke']);
    nowMs += NOTIFY_QUIET_MS;
    watch.look();
    assert.deepEqual(noted, ['broke', 'is back']);
    watch.hear('warn', 'broke for good');
    assert.equal(noted.length, 2);
    nowMs += NOTIFY_QUIET_MS;
    watch.look();
    assert.deepEqual(noted.slice(2), ['broke for good']);
  });

  it('is told of anew where it is warned of much later: some of it has no end', () => {
    watch.hear('warn', 'gives no candles of one pair');
    nowMs += NOTIFY_VENUE_AGAIN_MS;
    watch.look();
    assert.equal(noted.length, 1);
    watch.hear('warn', 'does not answer');
    assert.deepEqual(noted.slice(1), ['does not answer']);
  });

  it('is nothing to fail for where it cannot be noted', () => {
    const barred = new VenueWatch({
      now: () => nowMs,
      note: () => {
        throw new Error('the disk is full');
      },
    });
    assert.doesNotThrow(() => barred.hear('warn', 'does not answer'));
  });
});
