import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stubExchange } from '../../../test/stub-exchange.ts';
import { MINUTE_MS } from '../../base/time.ts';
import { ccxtVenue } from './venue.ts';

/** Streams of a client that the test holds the ends of. */
async function held() {
  const { client } = await stubExchange('kucoinfutures', () => ({}));
  const calls: { params: object; tell: (orders: object[]) => void; cut: (error: Error) => void }[] =
    [];
  let closed = 0;
  Object.assign(client, {
    watchOrders: (_: unknown, __: unknown, ___: unknown, params: object) =>
      new Promise((tell, cut) => calls.push({ params, tell, cut })),
    close: async () => {
      closed += 1;
      for (const { cut } of calls) cut(new Error('closed by us'));
    },
  });
  return { client, calls, closedTimes: () => closed };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('hints', () => {
  it('come from the orders and the stops', async () => {
    const { client, calls } = await held();
    let hints = 0;
    const end = ccxtVenue(client).watch(() => {
      hints += 1;
    });
    assert.deepEqual(
      calls.map(({ params }) => params),
      [{}, { trigger: true }],
    );
    calls[0]?.tell([]);
    await turn();
    assert.equal(hints, 1);
    calls[1]?.tell([]);
    await turn();
    assert.equal(hints, 2);
    assert.equal(calls.length, 4, 'each stream is listened to again');
    await end();
  });

  it('a stream that is cut is a hint, and is not taken up again at once', async () => {
    const { client, calls } = await held();
    let hints = 0;
    const end = ccxtVenue(client).watch(() => {
      hints += 1;
    });
    calls[0]?.cut(new Error('socket hang up'));
    await turn();
    assert.equal(hints, 1);
    assert.equal(calls.length, 2);
    await end();
    assert.equal(calls.length, 2);
  });

  it('end when they are told to, also while they wait to come back', async () => {
    const { client, calls, closedTimes } = await held();
    let hints = 0;
    const end = ccxtVenue(client).watch(() => {
      hints += 1;
    });
    calls[1]?.cut(new Error('socket hang up'));
    await turn();
    await end();
    assert.equal(closedTimes(), 1);
    assert.equal(hints, 1, 'the end is no hint');
  });

  it('end although the other side never answers the end', async () => {
    const { client } = await held();
    let terminated = 0;
    Object.assign(client, {
      clients: { a: { connection: { terminate: () => (terminated += 1) } } },
      close: () => new Promise(() => {}),
    });
    await ccxtVenue(client).watch(() => {})();
    assert.equal(terminated, 1);
  });

  it('what ccxt would renew for them later is renewed while they are there, and not after', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { client } = await held();
    let renewals = 0;
    const renew = async () => {
      renewals += 1;
      client.delay(MINUTE_MS, renew);
    };
    const pass = async () => {
      t.mock.timers.tick(MINUTE_MS);
      t.mock.timers.tick(1);
      await turn();
    };
    const end = ccxtVenue(client).watch(() => {});
    client.delay(MINUTE_MS, renew);
    await pass();
    assert.equal(renewals, 1);
    await pass();
    assert.equal(renewals, 2);
    await end();
    client.delay(MINUTE_MS, renew);
    await pass();
    assert.equal(renewals, 2);
  });

  it('whoever is on the way to a stream when they end does not open it', async () => {
    const { client } = await held();
    const venue = ccxtVenue(client);
    const end = venue.watch(() => {});
    await end();
    await assert.rejects(client.watch('ws://127.0.0.1:9', 'orders'), /streams were ended/);
    await assert.rejects(client.watchMultiple('ws://127.0.0.1:9', ['orders']), /were ended/);
    // Bybit's and OKX's logins are held by nobody, and must not end the process.
    void client.watch('ws://127.0.0.1:9', 'authenticated');
    await turn();
    const again = venue.watch(() => {});
    assert.equal(Object.hasOwn(client, 'watch'), false);
    await again();
  });
});
