import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SECOND_MS } from '../base/time.ts';
import type { ToBot } from './message.ts';
import { isTakenUp, Switchboard } from './switchboard.ts';

function opened({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const said: ToBot[] = [];
  const board = new Switchboard(
    word => said.push(word),
    () => 0,
  );
  const order = async () => {
    const answer = board.act('flatten').catch((error: Error) => error);
    const word = said.at(-1);
    assert.ok(word?.kind === 'action');
    return { answer, word };
  };
  return { board, said, order, pass: (ms: number) => mock.timers.tick(ms) };
}

const UNANSWERED = { name: 'Unanswered', statusCode: 503 };

describe('what is asked of a bot', () => {
  it('is answered by it, and the answer is for whoever asked', async context => {
    const { board, said } = opened(context);
    const [state, learning] = [board.view('state'), board.view('learning')];
    const [first, second] = said.map(word => ('id' in word ? word.id : 0));
    board.answer(second ?? 0, 'learned');
    board.answer(first ?? 0, 'kept');
    assert.deepEqual(await Promise.all([state, learning]), ['kept', 'learned']);
  });

  it('that does not answer is given up after ten seconds', async context => {
    const { board, pass } = opened(context);
    const view = board.view('state');
    pass(10 * SECOND_MS);
    await assert.rejects(view, { ...UNANSWERED, message: /^the bot has not answered for 10 s$/ });
  });

  it('is withdrawn where it was not taken up by then, and is not done later', async context => {
    const { order, pass } = opened(context);
    const { answer, word } = await order();
    pass(10 * SECOND_MS);
    assert.match(String(await answer), /did not take it up in 10 s: nothing was done$/);
    assert.equal(isTakenUp(word), false);
  });

  it('is waited for where it was, and may be done where that takes too long', async context => {
    const { board, order, pass } = opened(context);
    const [quick, slow] = [await order(), await order()];
    assert.equal(isTakenUp(quick.word), true);
    assert.equal(isTakenUp(slow.word), true);
    pass(10 * SECOND_MS);
    board.answer(quick.word.id, { ok: true, text: 'done' });
    assert.deepEqual(await quick.answer, { ok: true, text: 'done' });
    pass(70 * SECOND_MS);
    assert.match(
      String(await slow.answer),
      /has it in hand .*: it may be done yet, look at its state$/,
    );
  });
});
