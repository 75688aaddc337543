import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kc } from '../../../test/envelope.ts';
import { type Answer, KEYS, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { VenueAccess } from '../../core/venue.ts';
import { ccxtVenue, DIALECTS } from './venue.ts';

const kcKey = (permission: string): Answer =>
  kc({ permission, uid: 165111215, apiKey: KEYS.apiKey, apiVersion: 3, isMaster: true });
const okxKey = (perm: string): Answer => ({ code: '0', data: [{ uid: '44', perm }] });
const bybitKey = (Wallet: readonly string[], readOnly = 0): Answer => ({
  ...{ retCode: 0, retMsg: '' },
  result: { userID: 24600000, readOnly, permissions: { ContractTrade: ['Order'], Wallet } },
});

async function accessTo(exchange: string, where: string, answer: Answer) {
  const { client } = await stubExchange(exchange, ({ path }) =>
    path.endsWith(where) ? answer : kc(1_700_000_000_000),
  );
  return ccxtVenue(client).access();
}

describe('what a key may do', () => {
  for (const [exchange, where, answer, access] of [
    ['kucoinfutures', '/user/api-key', kcKey('General,Futures'), key('165111215', true, false)],
    ['kucoinfutures', '/user/api-key', kcKey('General,Spot'), key('165111215', false, false)],
    ['kucoinfutures', '/user/api-key', kcKey('Futures,Withdrawal'), key('165111215', true, true)],
    [
      'kucoinfutures',
      '/user/api-key',
      kcKey('General, Futures, Transfer'),
      key('165111215', true, true),
    ],
    ['bybit', '/query-api', bybitKey([]), key('24600000', true, false)],
    ['bybit', '/query-api', bybitKey(['AccountTransfer', 'Withdraw']), key('24600000', true, true)],
    ['bybit', '/query-api', bybitKey([], 1), key('24600000', false, false)],
    ['okx', '/account/config', okxKey('read_only,trade'), key('44', true, false)],
    ['okx', '/account/config', okxKey('read_only,trade,withdraw'), key('44', true, true)],
    ['gate', '/account/detail', { user_id: 10406147 }, key('10406147', true, null)],
    ['hyperliquid', '/info', {}, key(KEYS.walletAddress, true, null)],
  ] as const)
    it(`${exchange}: ${JSON.stringify(access)}`, async () => {
      assert.deepEqual(await accessTo(exchange, where, answer), { ok: true, value: access });
    });

  it('Binance tells no account: another key is another one', async () => {
    const rights = { enableFutures: true, enableWithdrawals: true };
    const answer = await accessTo('binanceusdm', '/apiRestrictions', rights);
    assert.ok(answer.ok);
    assert.match(answer.value.account, /^key-[0-9a-f]{16}$/);
    assert.deepEqual([answer.value.mayTrade, answer.value.mayWithdraw], [true, true]);
  });

  it('a unified account of KuCoin is refused with the reason', async () => {
    const { client } = await stubExchange('kucoinfutures', () =>
      kc({ selfAccountMode: 'UNIFIED' }),
    );
    Object.assign(client.options, { uta: undefined });
    const answer = await ccxtVenue(client).access();
    assert.match(answer.ok ? '' : answer.error.hint, /unified one, which has no isolated margin/);
  });

  it('an answer without permissions is none', async () => {
    const answer = await accessTo('kucoinfutures', '/user/api-key', kc({ uid: 1 }));
    assert.equal(!answer.ok && answer.error.code, 'unreadable');
  });

  function key(account: string, mayTrade: boolean, mayWithdraw: boolean | null): VenueAccess {
    return { account, mayTrade, mayWithdraw };
  }
});

describe('how a pair is set', () => {
  const hedged = { hedged: true, margin: null, leverage: null };
  for (const [exchange, answers, mode] of [
    [
      'kucoinfutures',
      { getPositionMode: kc({ positionMode: 1 }), getMarginMode: kc({ marginMode: 'CROSS' }) },
      { ...hedged, margin: 'cross' },
    ],
    [
      'binanceusdm',
      {
        dual: { dualSidePosition: false },
        symbolConfig: [{ symbol: 'BTCUSDT', marginType: 'CROSSED', leverage: 21 }],
      },
      { hedged: false, margin: 'cross', leverage: 21 },
    ],
    [
      'bybit',
      { info: { retCode: 0, retMsg: '', result: { marginMode: 'ISOLATED_MARGIN' } } },
      { hedged: null, margin: 'isolated', leverage: null },
    ],
    [
      'okx',
      { config: { code: '0', data: [{ uid: '44', posMode: 'long_short_mode' }], msg: '' } },
      hedged,
    ],
    ['gate', {}, { ...hedged, hedged: null }],
    ['hyperliquid', {}, { ...hedged, hedged: null }],
  ] as const)
    it(`${exchange} tells ${JSON.stringify(mode)}, and is told nothing`, async () => {
      const known: Readonly<Record<string, Answer>> = answers;
      const { client, sent } = await stubExchange(
        exchange,
        ({ path }) => known[path.split('/').at(-1) ?? ''] ?? new Error(path),
      );
      const answer = await ccxtVenue(client).mode(symbolOf(exchange));
      assert.deepEqual(answer, { ok: true, value: mode });
      assert.ok(sent.every(({ method }) => method === 'GET'));
      assert.equal(sent.length, Object.keys(answers).length);
    });
});

describe('before the first order', () => {
  const said = (code: string, msg: string) => ({
    status: 200,
    text: JSON.stringify({ code, msg }),
  });

  it('KuCoin is asked how it is, and told only what is otherwise', async () => {
    for (const [mode, margin, posts] of [
      [0, 'ISOLATED', []],
      [1, 'ISOLATED', ['/api/v2/position/switchPositionMode']],
      [0, 'CROSS', ['/api/v2/position/changeMarginMode']],
    ] as const) {
      const { client, sent } = await stubExchange('kucoinfutures', ({ path }) =>
        kc(path.endsWith('getPositionMode') ? { positionMode: mode } : { marginMode: margin }),
      );
      const answer = await ccxtVenue(client).prepare('BTC/USDT:USDT', 5);
      assert.deepEqual(answer, { ok: true, value: null });
      assert.deepEqual(
        sent.filter(({ method }) => method === 'POST').map(({ path }) => path),
        posts,
      );
    }
  });

  it('a mode that cannot be changed stops the rest', async () => {
    const { client, sent } = await stubExchange('kucoinfutures', ({ method }) =>
      method === 'GET' ? kc({ positionMode: 1 }) : said('330002', 'You have open positions.'),
    );
    const answer = await ccxtVenue(client).prepare('BTC/USDT:USDT', 5);
    assert.equal(!answer.ok && answer.error.code, 'refused');
    assert.equal(sent.length, 2);
  });

  /** What the others are told, and how they say that it was so already. */
  const SETTINGS: Readonly<Record<string, readonly [answer: Answer, paths: readonly string[]]>> = {
    binanceusdm: [
      { status: 400, text: '{"code":-4059,"msg":"No need to change position side."}' },
      ['/fapi/v1/positionSide/dual', '/fapi/v1/marginType', '/fapi/v1/leverage'],
    ],
    bybit: [
      { status: 200, text: '{"retCode":110043,"retMsg":"leverage not modified","result":{}}' },
      ['/v5/position/switch-mode', '/v5/account/set-margin-mode', '/v5/position/set-leverage'],
    ],
    okx: [
      { code: '0', data: [{ lever: '5' }] },
      ['/api/v5/account/set-position-mode', '/api/v5/account/set-leverage'],
    ],
    gate: [
      { status: 400, text: '{"label":"NO_CHANGE","message":"No change is made"}' },
      ['/api/v4/futures/usdt/dual_mode', '/api/v4/futures/usdt/positions/BTC_USDT/leverage'],
    ],
    hyperliquid: [{ status: 'ok', response: { type: 'default' } }, ['/exchange']],
  };

  for (const exchange of Object.keys(DIALECTS).filter(id => id !== 'kucoinfutures'))
    it(`${exchange} is told one position a symbol, isolated margin and the leverage`, async () => {
      const [told, paths] = SETTINGS[exchange] as (typeof SETTINGS)[string];
      const { client, sent } = await stubExchange(exchange, () => told);
      const answer = await ccxtVenue(client).prepare(symbolOf(exchange), 5);
      assert.deepEqual(answer, { ok: true, value: null });
      assert.deepEqual(
        sent.map(({ path }) => path),
        paths,
      );
    });
});
