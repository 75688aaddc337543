/**
 * What counts as a machine that gave a life no processor.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Starved } from './starved.ts';

const WAIT = new Int32Array(new SharedArrayBuffer(4));

describe('a life on a busy machine', () => {
  it('is starved while the exchange comes too late to its own timer, and only then', async () => {
    const beganMs = performance.now();
    const starved = new Starved(() => undefined);
    const fromMs = performance.now();
    Atomics.wait(WAIT, 0, 0, 1000);
    const untilMs = performance.now();
    // The look that was late.
    await sleep(0);
    starved.stop();
    const blocked = starved.of({ fromMs, untilMs });
    assert.ok(blocked > (untilMs - fromMs) / 2 && blocked <= untilMs - fromMs, String(blocked));
    assert.equal(starved.of({ fromMs: beganMs - 1000, untilMs: beganMs }), 0);
    const [since, wall] = [starved.since(fromMs), performance.now() - fromMs];
    assert.ok(since < wall - blocked + 1, String(since));
  });
});
