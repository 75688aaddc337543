/**
 * Pages that never read, over real connections: what waits for them has a limit, and they are cut.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { changeTo, opened } from '../../test/web-fixture.ts';
import { STREAM_BUFFER_BYTES_MAX } from '../base/limits.ts';

const IDLE = 20;
/** Of a change; and so many that no machine's own buffers take all of them. */
const TEXT = 'x'.repeat(STREAM_BUFFER_BYTES_MAX / 4);
const CHANGES_MAX = 400;

const { app, streams } = opened();
const sockets: Socket[] = [];
before(() => app.listen({ host: '127.0.0.1', port: 0 }));
after(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

async function listening(): Promise<Socket> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  socket.write('GET /api/stream HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

describe('pages that never read', () => {
  it('are cut, all of them, and one that reads is told everything', async () => {
    for (let count = 0; count < IDLE; count += 1) await listening();
    const reader = await listening();
    let heard = 0;
    reader.on('data', (bytes: Buffer) => {
      heard += bytes.length;
    });
    assert.equal(streams.count, IDLE + 1);
    let sent = 0;
    for (let seq = 1; streams.count > 1; seq += 1) {
      assert.ok(seq < CHANGES_MAX, `${streams.count} still listen after ${sent} bytes`);
      streams.send(changeTo(seq, { news: [{ seq, time: null, text: TEXT }] }));
      sent += TEXT.length;
      while (heard < sent && !reader.destroyed) await setImmediate();
    }
    assert.equal(reader.destroyed, false);
  });
});
