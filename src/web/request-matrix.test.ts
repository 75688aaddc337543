/**
 * Which name, from which site, by which method: what each request is answered, all against all.
 *
 * Over real connections, since what a browser or a stranger sends is what a parser makes of it. In
 * this order: a name that is not ours is misdirected (421), a request of another site refused (403),
 * a method that the address does not know is none (405, with those it does); and only then answered.
 */
import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { opened, TOKEN } from '../../test/web-fixture.ts';
import { MINUTE_MS } from '../base/time.ts';

const PORT = '{port}';
/** The name that is called; null: none. The port is no part of it: a tunnel has another one. */
const HOSTS: readonly (readonly [what: string, host: string | null, isOurs: boolean])[] = [
  ['the address', `127.0.0.1:${PORT}`, true],
  ['localhost', `localhost:${PORT}`, true],
  ['IPv6', `[::1]:${PORT}`, true],
  ['upper case', `LOCALHOST:${PORT}`, true],
  ['a trailing dot', `localhost.:${PORT}`, true],
  ['the port of a tunnel', '127.0.0.1:1', true],
  ['another name', `evil.example:${PORT}`, false],
  ['another name that begins like ours', `127.0.0.1.evil.example:${PORT}`, false],
  ['a user before it', `127.0.0.1@evil.example:${PORT}`, false],
  ['a user before ours', `me@127.0.0.1:${PORT}`, false],
  ['none', null, false],
];

/** What a browser says of the page that asks; own: of the host as it is called. */
const ORIGINS: readonly (readonly [origin: 'none' | 'own' | string, isOurs: boolean])[] = [
  ['none', true],
  ['own', true],
  ['https://evil.example', false],
  ['http://127.0.0.1:2', false],
  ['null', false],
];

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

const READ = { GET: 200, HEAD: 200 };
/** What is answered where all is well; what is not here is 405. */
const TARGETS: Readonly<Record<string, Readonly<Partial<Record<string, number>>>>> = {
  '/app/main.js': READ,
  '/api/snapshot': READ,
  '/metrics': READ,
  '/healthz': READ,
  '/api/action': { POST: 200 },
};

const FILE = {
  type: 'text/javascript',
  content: () => ({ body: Buffer.from('1'), etag: '"1"' }),
};
let now = 0;
const { app, bot } = opened({
  assets: { files: new Map([['/app/main.js', FILE]]), scriptHashes: [] },
  // What waits for a minute is another test's.
  now: () => {
    now += MINUTE_MS;
    return now;
  },
});
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let port = 0;
before(async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
after(async () => {
  agent.destroy();
  await app.close();
});

interface Asked {
  readonly path: string;
  readonly method: string;
  readonly host: string | null;
  readonly origin: string;
}

/** The answer, when it has ended. */
function answerTo({ path, method, host, origin }: Asked): Promise<IncomingMessage> {
  const called = host?.replace(PORT, String(port));
  const own = `http://${(called ?? `127.0.0.1:${port}`).toLowerCase()}`;
  const body = method === 'POST' ? '{"action":"pause"}' : '';
  const headers = {
    ...(called !== undefined && { host: called }),
    ...(origin !== 'none' && { origin: origin === 'own' ? own : origin }),
    ...(body !== '' && { 'content-type': 'application/json' }),
    ...{ authorization: `Bearer ${TOKEN}`, 'content-length': String(body.length) },
  };
  return new Promise((resolve, reject) => {
    const wish = { host: '127.0.0.1', port, path, method, agent, setHost: false, headers };
    request(wish, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer));
    })
      .on('error', reject)
      .end(body);
  });
}

function statusFor(path: string, method: string, isOurs: { host: boolean; origin: boolean }) {
  if (!isOurs.host) return 421;
  if (!isOurs.origin) return 403;
  return TARGETS[path]?.[method] ?? 405;
}

describe('a request', () => {
  for (const [name, host, isHostOurs] of HOSTS)
    for (const [origin, isOriginOurs] of ORIGINS)
      it(`that calls ${name}, from the origin ${origin}`, async () => {
        bot.asked.length = 0;
        for (const path of Object.keys(TARGETS))
          for (const method of METHODS) {
            const { statusCode, headers } = await answerTo({ path, method, host, origin });
            const wanted = statusFor(path, method, { host: isHostOurs, origin: isOriginOurs });
            assert.equal(statusCode, wanted, `${method} ${path}`);
            if (wanted === 405)
              assert.equal(headers['allow'], Object.keys(TARGETS[path] ?? {}).join(', '));
            assert.equal(headers['access-control-allow-origin'], undefined);
            assert.match(String(headers['content-security-policy']), /default-src 'none'/);
          }
        assert.deepEqual(bot.asked, isHostOurs && isOriginOurs ? ['pause'] : []);
      });
});
