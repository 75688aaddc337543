/**
 * The courier of a live account: when streams may ring for a round.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLiveCourier } from '../../src/app/live/live-courier.ts';
import { HINT_REST_MS } from '../../src/base/limits.ts';
import { opened } from './desk-scene.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
};

/** A courier that attends an account in which nothing happens, and what its stream can do. */
async function attending(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { venue, world } = await opened();
  let asked = 0;
  let hint = (): void => {};
  const { fills } = venue;
  venue.fills = (...of) => {
    asked += 1;
    return fills.apply(venue, of);
  };
  venue.watch = onHint => {
    hint = onHint;
    return async () => {};
  };
  const courier = createLiveCourier({
    ...{ venue, world, directory: '0123456789abcdef', epoch: () => 1, unknown: 'adopt' },
    ...{ commit: () => {}, warn: () => {}, elapsed: () => venue.clock },
  });
  const stop = new AbortController();
  context.after(() => stop.abort());
  await courier.meet(stop.signal);
  const attended = courier.attend(stop.signal);
  await settle();
  return {
    /** Requests that each of so many rings, a millisecond apart, brought about. */
    async ring(times: number): Promise<number> {
      const before = asked;
      for (let time = 0; time < times; time += 1) {
        hint();
        await settle();
        venue.clock += 1;
        context.mock.timers.tick(1);
        await settle();
      }
      return asked - before;
    },
    async end(): Promise<void> {
      stop.abort();
      await attended;
    },
  };
}

describe('a stream of a live account', () => {
  it('that rings is answered with a round at once', async context => {
    const { ring, end } = await attending(context);
    assert.equal(await ring(1), 2);
    await end();
  });

  it('that rings without end makes no rounds back to back', async context => {
    const { ring, end } = await attending(context);
    assert.equal(await ring(HINT_REST_MS - 1), 2);
    assert.equal(await ring(2 * HINT_REST_MS), 4);
    await end();
  });
});
