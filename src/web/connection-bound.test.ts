/**
 * Strangers who take every connection, over real ones: their number has a bound, and the owner gets in.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { opened, TOKEN } from '../../test/web-fixture.ts';
import { WEB_CONNECTIONS_MAX } from '../base/limits.ts';

const { app } = opened({ door: { host: '0.0.0.0', isOpen: true } });
const sockets: Socket[] = [];
before(() => app.listen({ host: '127.0.0.1', port: 0 }));
after(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

const portOf = (): number => (app.server.address() as AddressInfo).port;
const openNow = promisify(app.server.getConnections.bind(app.server));

const IDLE = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';

/** More than there are places for: what was there before is the oldest. */
const SOME = 20;

/** One after another, as the oldest is to be known. */
async function strangers(count: number, words: string): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const socket = connect(portOf(), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(words);
    if (words === IDLE) await once(socket, 'data');
  }
}

/** By the token; over a connection of its own, or that of an agent. */
async function askedBy(agent: Agent | false): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const asked = request({ port: portOf(), host: '127.0.0.1', path: '/metrics', agent, headers });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}

describe('connections of strangers', () => {
  for (const [what, words] of [
    ['idle', IDLE],
    ['silent from the first', ''],
    ['in the middle of a request', IDLE.slice(0, 40)],
  ] as const)
    it(`that are ${what} are so many, and keep out nobody with the token`, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      assert.equal(await askedBy(agent), 200);
      const [own] = Object.values(agent.freeSockets).flat();
      await strangers(WEB_CONNECTIONS_MAX + SOME, words);
      assert.equal(await askedBy(false), 200, 'a new one gets in');
      assert.equal(await askedBy(agent), 200);
      assert.equal(own?.destroyed, false, 'and the one that was there is there yet');
      assert.ok((await openNow()) <= WEB_CONNECTIONS_MAX);
      agent.destroy();
    });
});
