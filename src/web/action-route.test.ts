import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opened, TOKEN } from '../../test/web-fixture.ts';
import { MINUTE_MS } from '../base/time.ts';

const BEARER = { authorization: `Bearer ${TOKEN}` };

describe('an action', () => {
  it('takes the token, and says what was done', async () => {
    const { pause, bot } = opened();
    const { statusCode, body } = await pause(BEARER);
    assert.equal(statusCode, 200);
    assert.deepEqual(JSON.parse(body), { ok: true, text: 'did pause' });
    assert.deepEqual(bot.asked, ['pause']);
  });

  it('that could not be done is no success', async () => {
    const { statusCode, body } = await opened().post('/api/action', { action: 'verify' }, BEARER);
    assert.equal(statusCode, 409);
    assert.deepEqual(JSON.parse(body), { ok: false, text: 'did verify' });
  });

  for (const [what, headers] of [
    ['no token', {}],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a part of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['the token as another scheme', { authorization: `Basic ${TOKEN}` }],
    ['a session that is none', { cookie: 'holdfast-00000000=x', 'x-holdfast': '1' }],
  ] as const)
    it(`is refused with ${what}`, async () => {
      const { pause, bot } = opened();
      assert.equal((await pause(headers)).statusCode, 401);
      assert.deepEqual(bot.asked, []);
    });

  it('is refused for a minute after five wrong tokens, but never with the right one', async () => {
    let now = 0;
    const { pause, bot } = opened({ now: () => now });
    const wrong = { authorization: 'Bearer wrong' };
    for (let count = 0; count < 5; count += 1) assert.equal((await pause(wrong)).statusCode, 401);
    const barred = await pause(wrong);
    assert.equal(barred.statusCode, 429);
    assert.equal(barred.headers['retry-after'], '60');
    assert.deepEqual(bot.asked, []);
    assert.equal((await pause(BEARER)).statusCode, 200);
    now = MINUTE_MS;
    assert.equal((await pause(wrong)).statusCode, 401);
  });

  it('is done ten times a minute, not more', async () => {
    const { pause, bot } = opened();
    for (let count = 0; count < 10; count += 1) assert.equal((await pause(BEARER)).statusCode, 200);
    assert.equal((await pause(BEARER)).statusCode, 429);
    assert.equal(bot.asked.length, 10);
  });

  it('that is none is refused with those that are', async () => {
    const { post, bot } = opened();
    for (const body of [{}, { action: 'rollback' }, { action: ['pause'] }, ['pause'], 'null']) {
      const { statusCode, json } = await post('/api/action', body, BEARER);
      assert.equal(statusCode, 400, JSON.stringify(body));
      assert.match(json().text, /^action is one of pause, resume/);
    }
    assert.deepEqual(bot.asked, []);
  });

  it('is JSON: what a form of another site can send is not read', async () => {
    const { post, bot } = opened();
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const headers = { ...BEARER, 'content-type': type };
      assert.equal((await post('/api/action', '{"action":"pause"}', headers)).statusCode, 415);
    }
    assert.equal((await post('/api/action', '{"action":', BEARER)).statusCode, 400);
    assert.deepEqual(bot.asked, []);
  });

  it('is small: a huge body is refused', async () => {
    const { post } = opened();
    const huge = JSON.stringify({ action: 'pause', more: 'x'.repeat(5000) });
    assert.equal((await post('/api/action', huge, BEARER)).statusCode, 413);
  });
});

describe('a session', () => {
  const cookieIn = (headers: Record<string, unknown>): string =>
    String(headers['set-cookie']).split(';')[0] ?? '';

  it('opens with the token, acts with the header beside it, and ends', async () => {
    const { post, pause, bot } = opened();
    const { headers, body } = await post('/api/login', { token: TOKEN });
    const set = String(headers['set-cookie']);
    assert.match(
      set,
      /^holdfast-[0-9a-f]{8}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/,
    );
    assert.ok(!set.includes(TOKEN) && !body.includes(TOKEN));
    const cookie = cookieIn(headers);
    assert.equal((await pause({ cookie })).statusCode, 403, 'no header');
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 200);
    await post('/api/logout', {}, { cookie });
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 401);
    assert.deepEqual(bot.asked, ['pause']);
  });

  it('stands beside that of another bot on the same machine, whose cookies a browser sends too', async () => {
    const bots = [opened({ place: '/one' }), opened({ place: '/other' })];
    const cookies: string[] = [];
    for (const { post } of bots)
      cookies.push(cookieIn((await post('/api/login', { token: TOKEN })).headers));
    for (const { pause } of bots)
      for (const cookie of [cookies.join('; '), cookies.toReversed().join('; ')])
        assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 200);
  });

  it('ends by itself after twelve hours', async () => {
    let now = 0;
    const { post, pause } = opened({ now: () => now });
    const cookie = cookieIn((await post('/api/login', { token: TOKEN })).headers);
    now = 12 * 60 * MINUTE_MS - 1;
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 200);
    now += 1;
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 401);
  });

  it('does not open with a wrong token, and opens with the right one after however many', async () => {
    const { post } = opened();
    for (let count = 0; count < 5; count += 1)
      assert.equal((await post('/api/login', { token: 'wrong' })).statusCode, 401);
    const barred = await post('/api/login', { token: 'wrong' });
    assert.equal(barred.statusCode, 429);
    assert.equal(barred.headers['set-cookie'], undefined);
    assert.equal((await post('/api/login', { token: TOKEN })).statusCode, 200);
  });
});
