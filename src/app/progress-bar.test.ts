import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ProgressBar } from './progress-bar.ts';

/** What a bar writes while something goes on for so many steps of so many seconds. */
function written(
  context: TestContext,
  { isTTY, seconds, steps }: { isTTY: boolean; seconds: number; steps: number },
): string {
  let [nowMs, text] = [0, ''];
  context.mock.method(performance, 'now', () => nowMs);
  const write = (more: string) => (text += more);
  const bar = new ProgressBar({ isTTY, write, on: () => {} }, 'backup');
  for (let step = 1; step <= steps; step += 1) {
    nowMs += seconds * 1000;
    bar.show(step / steps, 'state files');
  }
  bar.end();
  return text;
}

describe('a progress bar', () => {
  it('says nothing to cron of what takes a second or two', context =>
    assert.equal(written(context, { isTTY: false, seconds: 0.1, steps: 20 }), ''));

  it('says a line per tenth of what takes its time', context => {
    const lines = written(context, { isTTY: false, seconds: 15, steps: 100 }).trim().split('\n');
    assert.equal(lines.length, 10);
    assert.match(lines[0] ?? '', /^backup █+░+ +10 % state files$/);
    assert.match(lines[9] ?? '', /100 % state files$/);
  });

  it('says a line in ten seconds at most', context => {
    const lines = written(context, { isTTY: false, seconds: 0.3, steps: 100 }).trim().split('\n');
    assert.equal(lines.length, 2);
  });

  it('is drawn again and again on a terminal', context =>
    assert.equal(
      written(context, { isTTY: true, seconds: 0.1, steps: 20 }).split('\r').length - 1,
      20,
    ));
});
