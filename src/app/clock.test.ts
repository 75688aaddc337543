import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fullSpeed, paced } from './clock.ts';

describe('full speed', () => {
  it('runs on without a promise until its time is up, then lets the event loop turn', async context => {
    const clock = { now: 0 };
    context.mock.method(performance, 'now', () => clock.now);
    const pace = fullSpeed();
    for (let candle = 0; candle < 64; candle += 1) assert.equal(pace.next(), null);
    clock.now = 10;
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    const turns: (Promise<void> | null)[] = [];
    while (turns.at(-1) === undefined || turns.at(-1) === null) turns.push(pace.next());
    assert.ok(turns.length <= 16, 'the clock is read at least every 16 candles');
    await turns.at(-1);
    assert.equal(turned, true);
    for (let candle = 0; candle < 64; candle += 1) assert.equal(pace.next(), null);
  });
});

describe('a pace', () => {
  it('is waited for, and the wait ends at once when the bot is to stop', async () => {
    const control = new AbortController();
    const pace = paced(0.001, control.signal);
    const first = pace.next();
    assert.ok(first !== null);
    control.abort();
    await first;
    await pace.next();
  });

  it('of a candle in years waits for years', async () => {
    const control = new AbortController();
    const pace = paced(1e-9, control.signal);
    let isOver = false;
    const over = pace.next()?.then(() => {
      isOver = true;
    });
    for (let turn = 0; turn < 5; turn += 1) await setTimeout(5);
    assert.equal(isOver, false);
    control.abort();
    await over;
  });
});
