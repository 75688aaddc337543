import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { stubExchange } from '../../../test/stub-exchange.ts';
import { EXCHANGE_ANSWER_MS_MAX } from '../../base/limits.ts';
import { ask, openAccount } from './account.ts';
import { kucoin } from './kucoin.ts';
import { ccxtVenue } from './venue.ts';

describe('a request', () => {
  it('whose answer begins and never ends is given up, in doubt', async () => {
    const { client } = await stubExchange('kucoinfutures', () => ({}));
    let headIsThere = () => {};
    const head = new Promise<void>(resolve => {
      headIsThere = resolve;
    });
    const endless = {
      ...{ status: 200, statusText: 'OK', headers: new Headers() },
      text: () => {
        headIsThere();
        return new Promise(() => {});
      },
    };
    Object.assign(client, { fetchImplementation: async () => endless });
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const answer = ccxtVenue(client).wallet();
      await head;
      mock.timers.tick(EXCHANGE_ANSWER_MS_MAX + 1000);
      assert.deepEqual(await answer, {
        ok: false,
        error: { code: 'timeout', retry: true, hint: 'no answer of the exchange in time' },
      });
    } finally {
      mock.timers.reset();
    }
  });

  it('is asked once, whatever comes of it', async () => {
    const { client, sent } = await stubExchange('kucoinfutures', () => ({ status: 500, text: '' }));
    assert.equal((await ccxtVenue(client).wallet()).ok, false);
    assert.equal(sent.length, 1);
  });

  it('of a client that is ours alone reads the clock with the markets', async () => {
    const { client } = await stubExchange('kucoinfutures', () => ({}));
    openAccount(client, kucoin);
    assert.equal(client.options['adjustForTimeDifference'], true);
  });

  it('for the markets is made anew where it failed', async () => {
    const { client, sent } = await stubExchange('kucoinfutures', () => ({ status: 503, text: '' }));
    Object.assign(client, { markets: undefined, marketsLoading: undefined });
    const account = openAccount(client, kucoin);
    for (let times = 1; times <= 3; times += 1) {
      const before = sent.length;
      assert.equal((await ask(account, async () => null)).ok, false);
      assert.ok(sent.length > before);
    }
  });

  it('that a bug of ours stops is no failure of the exchange', async () => {
    const { client } = await stubExchange('kucoinfutures', () => ({}));
    await assert.rejects(async () => ccxtVenue(client).find('no id of ours', 'BTC/USDT:USDT'));
  });
});

describe('an exchange without a dialect', () => {
  it('is sent nothing', async () => {
    const { client } = await stubExchange('kucoinfutures', () => ({}));
    Object.assign(client, { id: 'kucoin' });
    assert.throws(() => ccxtVenue(client), /no real orders are sent to kucoin/);
  });
});
