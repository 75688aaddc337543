import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InjectOptions } from 'fastify';
import { type ServerWish, serverWith, TOKEN, tradeWith } from '../../test/web-fixture.ts';
import { MINUTE_MS } from '../base/time.ts';

type Headers = Record<string, string>;

const HOST = { host: '127.0.0.1:8080' };
const BEARER = { authorization: `Bearer ${TOKEN}` };

function opened(wish: ServerWish = {}) {
  const made = serverWith(wish);
  const get = (url: string, headers: Headers = {}) =>
    made.app.inject({ method: 'GET', url, headers: { ...HOST, ...headers } });
  const post = (url: string, payload: InjectOptions['payload'], headers: Headers = {}) =>
    made.app.inject({
      ...{ method: 'POST', url },
      payload: payload as object,
      headers: { ...HOST, 'content-type': 'application/json', ...headers },
    });
  const pause = (headers: Headers) => post('/api/action', { action: 'pause' }, headers);
  return { ...made, get, post, pause };
}

describe('what is looked at', () => {
  it('is answered without a token on this machine', async () => {
    const { get } = opened({ trades: [tradeWith()] });
    assert.equal((await get('/api/snapshot')).json().status.equity, 10_012.5);
    assert.equal((await get('/api/trades')).json().found, 1);
    assert.match((await get('/api/trades.csv')).body, /^id,symbol/);
    assert.match((await get('/metrics')).body, /holdfast_equity_quote 1/);
  });

  it('asks the bot for the two views alone', async () => {
    const { get, bot } = opened();
    for (const path of ['snapshot', 'trades', 'trades.csv', 'learning', 'state'])
      assert.equal((await get(`/api/${path}`)).statusCode, 200, path);
    assert.deepEqual(bot.asked, ['learning', 'state']);
  });

  it('weighs the directory for the state page', async () => {
    assert.equal((await opened().get('/api/state')).json().directoryBytes, 4096);
  });

  it('is never kept by a browser', async () => {
    const { headers } = await opened().get('/api/snapshot');
    assert.equal(headers['cache-control'], 'no-store');
  });

  it('is told in words what a wrong question is', async () => {
    const { statusCode, body } = await opened().get('/api/trades?sort=nothing');
    assert.equal(statusCode, 400);
    assert.match(JSON.parse(body).text, /^sort by one of id, symbol/);
  });

  it('is 404 in JSON where there is nothing', async () => {
    const { get, post } = opened();
    for (const path of [
      '/nothing',
      '/api',
      '/api/',
      '/app/../package.json',
      '/%2e%2e/etc/passwd',
    ]) {
      const { statusCode, body } = await get(path);
      assert.equal(statusCode, 404, path);
      assert.deepEqual(JSON.parse(body), { ok: false, text: 'not found' });
    }
    assert.equal((await post('/api/snapshot', {})).statusCode, 404);
  });

  it('shows no stack and no reason of a bug', async () => {
    const { get, bot } = opened();
    bot.view = () => Promise.reject(new Error(`a secret ${TOKEN}`));
    const { statusCode, body } = await get('/api/learning');
    assert.equal(statusCode, 500);
    assert.deepEqual(JSON.parse(body), { ok: false, text: 'this could not be answered' });
  });
});

describe('health', () => {
  it('is 200 while all is well, and 503 with the reason where it is not', async () => {
    assert.equal((await opened().get('/healthz')).json().status, 'ok');
    const { statusCode, body } = await opened({ ailment: 'no candle' }).get('/healthz');
    assert.equal(statusCode, 503);
    assert.deepEqual(JSON.parse(body), { status: 'unwell', why: 'no candle' });
  });
});

describe('every answer', () => {
  it('carries a policy that lets nothing in from elsewhere', async () => {
    const hash = "'sha256-abc='";
    const { get } = opened({ assets: { files: new Map(), scriptHashes: [hash] } });
    for (const path of ['/api/snapshot', '/nothing', '/healthz']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      for (const rule of [
        ...["default-src 'none'", `script-src 'self' ${hash}`, "style-src 'self'"],
        ...["connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'"],
        "base-uri 'none'",
      ])
        assert.ok(policy.split('; ').includes(rule), `${path}: ${rule} in ${policy}`);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
  });
});

describe('a request of another site', () => {
  for (const host of [
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    '192.0.2.1',
    'a b',
  ])
    it(`is misdirected under the name "${host}"`, async () => {
      const { get, bot, post } = opened();
      assert.equal((await get('/api/snapshot', { host })).statusCode, 421);
      assert.equal((await get('/healthz', { host })).statusCode, 421);
      const acted = await post('/api/action', { action: 'pause' }, { ...BEARER, host });
      assert.equal(acted.statusCode, 421);
      assert.deepEqual(bot.asked, []);
    });

  for (const origin of [
    ...['http://evil.example', 'http://127.0.0.1:9090', 'http://localhost:8080', 'null'],
    ...['http://127.0.0.1:8080.evil.example', 'file://', ''],
  ])
    it(`is refused from the origin "${origin}", token or not`, async () => {
      const { get, pause, bot } = opened();
      assert.equal((await get('/api/snapshot', { origin })).statusCode, 403);
      assert.equal((await pause({ ...BEARER, origin })).statusCode, 403);
      assert.deepEqual(bot.asked, []);
    });

  it('is refused where the browser says that it is one', async () => {
    const { get } = opened();
    const site = (value: string) => get('/api/snapshot', { 'sec-fetch-site': value });
    assert.equal((await site('cross-site')).statusCode, 403);
    assert.equal((await site('same-origin')).statusCode, 200);
    assert.equal((await site('none')).statusCode, 200);
  });

  it('is none where the origin is our own, also through a tunnel and under a name of ours', async () => {
    const { get } = opened({ door: { hosts: ['bot.example'] } });
    for (const host of ['127.0.0.1:8080', 'localhost:9000', '[::1]:8080', 'bot.example'])
      for (const scheme of ['http', 'https'])
        assert.equal(
          (await get('/api/snapshot', { host, origin: `${scheme}://${host}` })).statusCode,
          200,
        );
  });
});

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
    ['a session that is none', { cookie: 'holdfast=x', 'x-holdfast': '1' }],
  ] as const)
    it(`is refused with ${what}`, async () => {
      const { pause, bot } = opened();
      assert.equal((await pause(headers)).statusCode, 401);
      assert.deepEqual(bot.asked, []);
    });

  it('is refused for a minute after five wrong tokens, also with the right one', async () => {
    let now = 0;
    const { pause, bot } = opened({ now: () => now });
    const wrong = { authorization: 'Bearer wrong' };
    for (let count = 0; count < 5; count += 1) assert.equal((await pause(wrong)).statusCode, 401);
    assert.equal((await pause(wrong)).statusCode, 429);
    const barred = await pause(BEARER);
    assert.equal(barred.statusCode, 429);
    assert.equal(barred.headers['retry-after'], '60');
    assert.deepEqual(bot.asked, []);
    now = MINUTE_MS;
    assert.equal((await pause(BEARER)).statusCode, 200);
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
    assert.match(set, /^holdfast=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
    assert.ok(!set.includes(TOKEN) && !body.includes(TOKEN));
    const cookie = cookieIn(headers);
    assert.equal((await pause({ cookie })).statusCode, 403, 'no header');
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 200);
    await post('/api/logout', {}, { cookie });
    assert.equal((await pause({ cookie, 'x-holdfast': '1' })).statusCode, 401);
    assert.deepEqual(bot.asked, ['pause']);
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

  it('does not open with a wrong token, and not at all after five', async () => {
    const { post } = opened();
    for (let count = 0; count < 5; count += 1)
      assert.equal((await post('/api/login', { token: 'wrong' })).statusCode, 401);
    const barred = await post('/api/login', { token: TOKEN });
    assert.equal(barred.statusCode, 429);
    assert.equal(barred.headers['set-cookie'], undefined);
  });
});

describe('a dashboard that other machines reach', () => {
  const far = () => opened({ door: { host: '0.0.0.0', isOpen: true } });

  it('takes the token for every number, and none for its health', async () => {
    const { get } = far();
    for (const path of [
      ...['/api/snapshot', '/api/stream', '/api/trades', '/api/trades.csv', '/api/learning'],
      ...['/api/state', '/metrics', '/nothing', '/API/snapshot', '//api/snapshot'],
    ])
      assert.equal((await get(path)).statusCode, 401, path);
    assert.equal((await get('/api/snapshot', BEARER)).statusCode, 200);
    assert.equal((await get('/metrics', BEARER)).statusCode, 200);
    assert.equal((await get('/healthz')).statusCode, 200);
  });

  it('lets a person sign in from the page', async () => {
    const { get, post } = far();
    const { headers } = await post('/api/login', { token: TOKEN });
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    assert.equal((await get('/api/snapshot', { cookie })).statusCode, 200);
  });

  it('is called by any address, for nobody can rebind one, and by no foreign name', async () => {
    const { get } = far();
    assert.equal((await get('/healthz', { host: '192.0.2.7:8080' })).statusCode, 200);
    assert.equal((await get('/healthz', { host: 'evil.example' })).statusCode, 421);
  });
});

describe('a client that asks without end', () => {
  it('is told to wait', async () => {
    const { get } = opened();
    for (let count = 0; count < 600; count += 1) await get('/healthz');
    const { statusCode, headers } = await get('/healthz');
    assert.equal(statusCode, 429);
    assert.equal(headers['retry-after'], '60');
  });
});
