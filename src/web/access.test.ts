/**
 * Access: how a token is compared, and how long a wrong one waits.
 */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { opened, TOKEN } from '../../test/web-fixture.ts';
import { WEB_WRONG_WAITING_MAX } from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import { Access } from './access.ts';

const RIGHT = { authorization: `Bearer ${TOKEN}` };
const WRONG = { authorization: 'Bearer wrong' };

/** A server whose wrong tokens wait until they are let go. */
function held(wish: Parameters<typeof opened>[0] = {}) {
  const waiting: (() => void)[] = [];
  const pause = (): Promise<void> => new Promise(resolve => void waiting.push(resolve));
  const letGo = (): void => {
    for (const go of waiting.splice(0)) go();
  };
  return { ...opened({ ...wish, pause }), waiting, letGo };
}

/** Until so many wait. */
async function until(waiting: readonly unknown[], count: number): Promise<void> {
  for (let turn = 0; waiting.length < count; turn += 1) {
    assert.ok(turn < 1000, `${waiting.length} of ${count} wait`);
    await setImmediate();
  }
}

/** An answer that waits for what nobody lets go would wait for ever. */
const HANGS = { timeout: 20_000 };

describe('a wrong token', () => {
  it('waits for its answer wherever it is given, and the right one does not', HANGS, async () => {
    const { get, post, pause, waiting, letGo } = held({ door: { isOpen: true } });
    const wrong = [
      get('/api/snapshot', WRONG),
      pause(WRONG),
      post('/api/login', { token: 'wrong' }),
    ];
    await until(waiting, wrong.length);
    assert.equal((await get('/api/snapshot', RIGHT)).statusCode, 200);
    assert.equal((await pause(RIGHT)).statusCode, 200);
    assert.equal((await post('/api/login', { token: TOKEN })).statusCode, 200);
    assert.equal((await get('/api/snapshot')).statusCode, 401, 'none is no wrong one');
    assert.equal(waiting.length, wrong.length);
    letGo();
    for (const { statusCode } of await Promise.all(wrong)) assert.equal(statusCode, 401);
  });

  it(
    'is barred at once where as many wait as may, and the right one is let in',
    HANGS,
    async () => {
      const { pause, waiting, letGo } = held();
      const wrong = Array.from({ length: WEB_WRONG_WAITING_MAX }, () => pause(WRONG));
      await until(waiting, WEB_WRONG_WAITING_MAX);
      assert.equal((await pause(WRONG)).statusCode, 429);
      assert.equal((await pause(RIGHT)).statusCode, 200);
      letGo();
      await Promise.all(wrong);
      const next = pause(WRONG);
      await until(waiting, 1);
      letGo();
      assert.equal((await next).statusCode, 429, 'it waits again: places are free');
    },
  );

  it('waits for a second', async ({ mock }) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const access = new Access(TOKEN, '/of/a/test', () => 0);
    let told = '';
    const slowed = access.slowed('wrong').then(standing => {
      told = standing;
    });
    mock.timers.tick(SECOND_MS - 1);
    await setImmediate();
    assert.equal(told, '');
    mock.timers.tick(1);
    await slowed;
    assert.equal(told, 'wrong');
  });
});

describe('a token', () => {
  it('of whatever length is compared in constant time', ({ mock }) => {
    const { mock: compared } = mock.method(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    const access = new Access(TOKEN, '/of/a/test', () => 0);
    const given = ['', 'x', TOKEN.slice(1), `${TOKEN}x`, TOKEN];
    const opened = given.map(token => typeof access.signIn('192.0.2.1', token));
    assert.deepEqual(opened, ['string', 'string', 'string', 'string', 'object']);
    assert.deepEqual(
      compared.calls.map(call => call.arguments.map(one => one.byteLength)),
      given.map(() => [32, 32]),
    );
    mock.reset();
    syncBuiltinESMExports();
  });
});
