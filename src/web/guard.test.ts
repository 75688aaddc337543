import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import { opened } from '../../test/web-fixture.ts';

describe('a request that is not HTTP as it should be', () => {
  const assertGuarded = (headers: { get(name: string): string | null }, what: string): void => {
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, what);
    assert.equal(headers.get('cache-control'), 'no-store', what);
    assert.equal(headers.get('x-frame-options'), 'DENY', what);
  };

  it('is guarded as any other where its address cannot be read', async () => {
    const { get } = opened();
    for (const path of ['/%', '/api/%zz', '/%c0%af']) {
      const { statusCode, body, headers } = await get(path);
      assert.equal(statusCode, 400, path);
      assert.deepEqual(JSON.parse(body), { ok: false, text: 'this address cannot be read' });
      assertGuarded(new Headers(headers as Record<string, string>), path);
      assert.equal((await get(path, { host: 'evil.example' })).statusCode, 421);
    }
  });

  it('is answered by Node itself with the same headers, in JSON', async context => {
    const { app } = opened();
    context.after(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    for (const [sent, status] of [
      ['nothing of the kind\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
      ['GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 421],
    ] as const) {
      const [head = '', body = ''] = (await spoken(port, sent)).split('\r\n\r\n');
      const [first, ...lines] = head.split('\r\n');
      assert.match(first ?? '', new RegExp(`^HTTP/1.1 ${status} `));
      assert.equal(JSON.parse(body).ok, false);
      const pairs = lines.map(line => line.split(': ') as [string, string]);
      assertGuarded(new Headers(pairs), first ?? '');
    }
  });
});

/** What the server says to these bytes until it hangs up. */
async function spoken(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
