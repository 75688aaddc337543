import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Conversation } from './conversation.ts';

const event = (seq: number, index = 0) => ({ id: `d:1:${seq}:${index}` });

describe('a conversation', () => {
  it('has told of the step that its answer was about, and of no other', async () => {
    const conversation = new Conversation();
    assert.equal(await conversation.hasHeard(event(7)), false);
    await conversation.answer(async () => 'd:1:7');
    for (const index of [0, 12]) assert.equal(await conversation.hasHeard(event(7, index)), true);
    for (const seq of [6, 8, 70]) assert.equal(await conversation.hasHeard(event(seq)), false);
  });

  it('has told of each of some commands whose events come later', async () => {
    const conversation = new Conversation();
    await conversation.answer(async () => 'd:1:7');
    await conversation.answer(async () => 'd:1:9');
    assert.equal(await conversation.hasHeard(event(7)), true);
  });

  it('keeps an event waiting until its own command is answered', async () => {
    const conversation = new Conversation();
    const { promise, resolve } = Promise.withResolvers<string>();
    const answered = conversation.answer(() => promise);
    let heard: boolean | null = null;
    const asked = conversation.hasHeard(event(7)).then(value => {
      heard = value;
    });
    await setImmediate();
    assert.equal(heard, null);
    resolve('d:1:7');
    await Promise.all([answered, asked]);
    assert.equal(heard, true);
  });

  it('tells of what could not be answered', async () => {
    const conversation = new Conversation();
    await conversation.answer(async () => null);
    await assert.rejects(conversation.answer(() => Promise.reject(new Error('no network'))));
    assert.equal(await conversation.hasHeard(event(7)), false);
  });
});
