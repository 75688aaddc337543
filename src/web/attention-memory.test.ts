import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opened } from '../../test/web-fixture.ts';
import { DAY_MS } from '../base/time.ts';
import { AttentionMemory, readAside } from './attention-memory.ts';
import type { Learning } from './view.ts';

const dayAt = (days: number, weight: number) => ({ time: days * DAY_MS, weights: [weight] });
const ownOf = (...attentionPast: Learning['attentionPast']): Learning =>
  ({ attentionPast }) as unknown as Learning;

describe('attention over time', () => {
  it('goes on where the run before ended, with one column for the day of the restart', async () => {
    const { get, bot } = opened({ past: [dayAt(1, 1), dayAt(2, 1.1)] });
    bot.days = [dayAt(2.5, 1.2), dayAt(3, 1.3)];
    const learning = JSON.parse((await get('/api/learning')).body) as Learning;
    assert.deepEqual(learning.attentionPast, [dayAt(1, 1), dayAt(2.5, 1.2), dayAt(3, 1.3)]);
  });

  it('is read once, and not before somebody asks', async () => {
    let reads = 0;
    const memory = new AttentionMemory(async () => {
      reads += 1;
      return [dayAt(1, 1)];
    });
    assert.equal(reads, 0);
    assert.deepEqual(await memory.complete(ownOf()), ownOf(dayAt(1, 1)));
    await memory.complete(ownOf(dayAt(2, 1)));
    assert.equal(reads, 1);
  });

  it('is of this run alone where what was before cannot be read', async () => {
    const place = { directory: '\0', journalMirror: null, allowNetwork: false };
    const memory = new AttentionMemory(() => readAside({ place, through: 1, timeframeMs: 1 }));
    assert.deepEqual(await memory.complete(ownOf(dayAt(2, 1))), ownOf(dayAt(2, 1)));
  });
});
