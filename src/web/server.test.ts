import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelDouble, opened, TOKEN, tradeWith } from '../../test/web-fixture.ts';
import { Unanswered } from './switchboard.ts';
import type { StateFileRow } from './view.ts';

const BEARER = { authorization: `Bearer ${TOKEN}` };

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
    const { directoryBytes, journal } = (await opened().get('/api/state')).json();
    assert.equal(directoryBytes, 4096);
    assert.deepEqual(journal, { bytes: 512, mirror: null, lag: { steps: 2, bytes: 99 } });
  });

  it('tells the age of a file and when it was found whole, and not that of another step', async () => {
    const { files, verification } = (await opened().get('/api/state')).json();
    assert.deepEqual(
      files.map(({ writtenAt, verifiedAt = null }: StateFileRow) => [writtenAt, verifiedAt]),
      [
        [1000, 2000],
        [null, null],
        [null, null],
      ],
    );
    assert.deepEqual(verification, { at: 2000, files: 3, findings: 0, repaired: 0 });
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

  it('is 404 in JSON where there is nothing, 405 where it is asked for in another way', async () => {
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
      assert.deepEqual(JSON.parse(body), {
        ok: false,
        text: 'not found: docs/DASHBOARD.md lists the addresses',
      });
    }
    assert.equal((await post('/nothing', {})).statusCode, 404);
    assert.equal((await post('/api/snapshot', {})).statusCode, 405);
  });

  it('is 503 with the reason where the bot does not answer', async () => {
    const { get, bot } = opened();
    bot.view = () => Promise.reject(new Unanswered('the bot has not answered for 10 s'));
    const { statusCode, body } = await get('/api/state');
    assert.equal(statusCode, 503);
    assert.deepEqual(JSON.parse(body), { ok: false, text: 'the bot has not answered for 10 s' });
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
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.match(String(headers['permissions-policy']), /camera=\(\).*microphone=\(\)/);
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

  it('may lead to the page by a link, and to nothing else or in a frame', async () => {
    const file = { type: 'text/html', content: () => ({ body: Buffer.from('page'), etag: 'a' }) };
    const { get, post } = opened({ assets: { files: new Map([['/', file]]), scriptHashes: [] } });
    const link = {
      ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      'sec-fetch-dest': 'document',
    };
    const page = await get('/', link);
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers['x-frame-options'], 'DENY');
    for (const [path, headers] of [
      ['/', { ...link, 'sec-fetch-dest': 'iframe' }],
      ['/', { ...link, 'sec-fetch-mode': 'no-cors' }],
      ['/', { ...link, origin: 'http://evil.example' }],
      ['/api/trades.csv', link],
      ['/app/main.js', link],
    ] as const)
      assert.equal((await get(path, headers)).statusCode, 403, path);
    assert.equal((await post('/', {}, link)).statusCode, 403);
  });

  it('is none where the origin is our own, also through a tunnel and under a name of ours', async () => {
    const { get } = opened({ door: { hosts: ['bot.example'] } });
    for (const host of ['127.0.0.1:8080', 'localhost:9000', '[::1]:8080', 'bot.example'])
      for (const scheme of ['http', 'https']) {
        const headers = { ...BEARER, host, origin: `${scheme}://${host}` };
        assert.equal((await get('/api/snapshot', headers)).statusCode, 200);
      }
  });
});

describe('the stream of events', () => {
  it('is refused in our own words where as many pages are open as may be', async () => {
    const { get, streams } = opened();
    while (!streams.isFull) streams.open(new ChannelDouble().channel, undefined);
    const { statusCode, headers, body } = await get('/api/stream');
    assert.equal(statusCode, 503);
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.deepEqual(JSON.parse(body), { ok: false, text: 'too many pages are open' });
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

describe('a dashboard behind a proxy of the same machine', () => {
  const PASSED_ON = [
    { host: 'bot.example' },
    { forwarded: 'for=192.0.2.7' },
    { 'x-forwarded-for': '192.0.2.7' },
    { 'x-forwarded-host': 'bot.example' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '192.0.2.7' },
    { via: '1.1 proxy' },
  ];

  for (const headers of PASSED_ON)
    it(`takes the token from whom it passes on: ${Object.entries(headers)}`, async () => {
      const { get } = opened({ door: { hosts: ['bot.example'] } });
      for (const path of [
        '/api/snapshot',
        '/api/stream',
        '/api/learning',
        '/api/state',
        '/metrics',
      ])
        assert.equal((await get(path, headers)).statusCode, 401, path);
      assert.equal((await get('/api/snapshot', { ...headers, ...BEARER })).statusCode, 200);
      assert.equal((await get('/healthz', headers)).statusCode, 200);
    });
});

describe('a client that asks without end', () => {
  const ask = async ({ get }: ReturnType<typeof opened>, headers = {}): Promise<number> =>
    (await get('/api/snapshot', headers)).statusCode;

  async function spent(): Promise<ReturnType<typeof opened>> {
    const made = opened();
    for (let count = 0; count < 600; count += 1) await made.get('/api/snapshot');
    return made;
  }

  it('is told to wait', async () => {
    const { get } = await spent();
    const { statusCode, headers } = await get('/api/snapshot');
    assert.equal(statusCode, 429);
    assert.equal(headers['retry-after'], '60');
  });

  it('keeps nobody with the token out, nor from signing in, nor what asks for its health', async () => {
    const made = await spent();
    assert.equal(await ask(made, BEARER), 200);
    assert.equal((await made.get('/healthz')).statusCode, 200);
    const { headers } = await made.post('/api/login', { token: TOKEN });
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    assert.equal(await ask(made, { cookie }), 200);
    assert.equal(await ask(made), 429);
  });

  it('is told to wait with the token as well', async () => {
    const made = opened();
    for (let count = 0; count < 600; count += 1) await ask(made, BEARER);
    assert.equal(await ask(made, BEARER), 429);
    assert.equal(await ask(made), 200);
  });
});
