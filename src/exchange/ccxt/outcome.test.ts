import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEYS, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import type { Ticket } from '../../core/venue.ts';
import { kucoin } from './kucoin.ts';
import { outcomeOf } from './outcome.ts';
import { ccxtVenue, DIALECTS } from './venue.ts';

const ticketOf = (exchange: string): Ticket => ({
  clientId: `hf${'0123456789abcdef'.repeat(2).slice(0, 30)}`,
  symbol: symbolOf(exchange),
  ...{ side: 'buy', kind: 'market', lots: 3, price: null, trigger: null, reduceOnly: false },
  leverage: 5,
});

const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });

describe('what became of a request, by the class of the error', () => {
  // Every class that ccxt has; one that comes with another version must be thought about.
  const classes: Readonly<Record<string, readonly [code: string, maybe: boolean]>> = {
    AccountNotEnabled: ['permission', false],
    AccountSuspended: ['auth', false],
    AddressPending: ['unreadable', true],
    ArgumentsRequired: ['refused', false],
    AuthenticationError: ['auth', false],
    BadRequest: ['refused', false],
    BadResponse: ['unreadable', true],
    BadSymbol: ['refused', false],
    BaseError: ['unreadable', true],
    CancelPending: ['unavailable', true],
    ChecksumError: ['clock', false],
    ContractUnavailable: ['refused', false],
    DDoSProtection: ['rate-limited', false],
    DuplicateOrderId: ['duplicate', true],
    ExchangeClosedByUser: ['closed', true],
    ExchangeError: ['unclear', true],
    ExchangeNotAvailable: ['unavailable', true],
    InsufficientFunds: ['refused', false],
    InvalidAddress: ['unreadable', true],
    InvalidNonce: ['clock', false],
    InvalidOrder: ['refused', false],
    InvalidProxySettings: ['unreadable', true],
    ManualInteractionNeeded: ['refused', false],
    MarginModeAlreadySet: ['no-change', false],
    MarketClosed: ['refused', false],
    NetworkError: ['unavailable', true],
    NoChange: ['no-change', false],
    NotSupported: ['refused', false],
    NullResponse: ['unreadable', true],
    OnMaintenance: ['unavailable', true],
    OperationFailed: ['unavailable', true],
    OperationRejected: ['refused', false],
    OrderImmediatelyFillable: ['refused', false],
    OrderNotCached: ['unreadable', true],
    OrderNotFillable: ['refused', false],
    OrderNotFound: ['not-found', false],
    PermissionDenied: ['permission', false],
    RateLimitExceeded: ['rate-limited', false],
    RequestTimeout: ['timeout', true],
    RestrictedLocation: ['refused', false],
    UnsubscribeError: ['unreadable', true],
  };

  it('each class of ccxt has its place in the table', async () => {
    const module = new URL('./src/base/errors.js', import.meta.resolve('ccxt'));
    const errors = (await import(module.href)) as object;
    const names = Object.keys(errors).filter(name => /^[A-Z]/.test(name));
    assert.deepEqual(names.sort(), Object.keys(classes).sort());
  });

  for (const [name, [code, maybe]] of Object.entries(classes))
    it(`${name}: ${code}${maybe ? ', and it may have been done' : ''}`, () => {
      const failure = outcomeOf(named(name), kucoin.sayings, []);
      assert.deepEqual([failure.code, failure.retry], [code, maybe]);
    });

  it('an error of another kind may have come after the request was taken', () => {
    for (const error of [new TypeError('x of undefined'), named('Odd'), 'text', null, undefined])
      assert.deepEqual(
        { ...outcomeOf(error, [], []), hint: '' },
        { code: 'unreadable', retry: true, hint: '' },
      );
  });
});

/** KuCoin's answers to an order, and what they mean for it. */
const ANSWERS: readonly (readonly [
  told: string,
  status: number,
  text: string | Error,
  code: string,
  maybe: boolean,
])[] = [
  ['the connection is refused', 0, socket('ECONNREFUSED'), 'unavailable', true],
  ['the connection is cut', 0, socket('ECONNRESET'), 'unavailable', true],
  ['the socket fails', 0, new TypeError('fetch failed'), 'unavailable', true],
  ['there is no answer in time', 0, named('AbortError'), 'timeout', true],
  ['500 without words', 500, '<html>', 'unavailable', true],
  ['500 in its own words', 500, kc('500000', 'Internal Server Error'), 'unavailable', true],
  ['502', 502, '', 'unavailable', true],
  ['503', 503, 'down', 'unavailable', true],
  ['504', 504, '<html>', 'timeout', true],
  ['404 without words', 404, '<html>', 'unavailable', true],
  ['403 without words', 403, '<html>', 'unavailable', true],
  ['429 without words', 429, '<html>', 'rate-limited', false],
  ['429 in its own words', 429, kc('429000', 'Too Many Requests'), 'rate-limited', false],
  ['a limit of the business', 200, kc('200002', 'Too many requests'), 'rate-limited', false],
  ['a limit of the guard', 200, kc('1015', 'frequency limit'), 'rate-limited', false],
  ['an answer that is no JSON', 200, 'accepted', 'unreadable', true],
  ['an empty answer', 200, '', 'unreadable', true],
  ['an answer that was cut', 200, '{"code":"200000","data":{"orde', 'unreadable', true],
  ['a yes without an id', 200, '{"code":"200000","data":{}}', 'unreadable', true],
  ['a yes without anything', 200, '{"code":"200000"}', 'unreadable', true],
  ['a time-out inside', 200, kc('408000', 'Network timeout'), 'unclear', true],
  ['a code nobody knows', 200, kc('999999', 'odd'), 'unclear', true],
  ['the id was used', 200, kc('300018', 'clientOid parameter repeated'), 'duplicate', true],
  ['there is no position', 200, kc('300009', 'No open positions to close.'), 'no-position', false],
  ['no funds', 200, kc('300003', 'Balance insufficient.'), 'refused', false],
  ['too much leverage', 200, kc('300016', 'The leverage cannot be'), 'refused', false],
  ['the wrong margin mode', 200, kc('330005', 'margin mode does not match'), 'refused', false],
  ['a wrong size', 400, kc('400100', 'Order size increment invalid.'), 'refused', false],
  ['wrong parameters', 200, kc('100001', 'There are invalid parameters'), 'refused', false],
  ['orders are suspended', 200, kc('300002', 'placement suspended'), 'not-now', false],
  ['settlement', 200, kc('300015', 'under the settlement process'), 'not-now', false],
  ['an empty book', 200, kc('300008', "there's no contra order"), 'not-now', false],
  ['the key is unknown', 401, kc('400003', 'KC-API-KEY not exists'), 'auth', false],
  ['the clock is wrong', 401, kc('400002', 'KC-API-TIMESTAMP Invalid'), 'clock', false],
];

function kc(code: string, msg: string): string {
  return JSON.stringify({ code, msg });
}

function socket(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe('what became of an order, by what KuCoin answers', () => {
  for (const [told, status, text, code, maybe] of ANSWERS)
    it(`${told}: ${code}, ${maybe ? 'and it may have been taken' : 'and it was not taken'}`, async () => {
      const { client, sent } = await stubExchange('kucoinfutures', ({ method }) => {
        if (method === 'GET') return { code: '200000', data: 1_700_000_000_000 };
        return text instanceof Error ? text : { status, text };
      });
      const answer = await ccxtVenue(client).place(ticketOf('kucoinfutures'));
      assert.ok(!answer.ok);
      assert.deepEqual([answer.error.code, answer.error.retry], [code, maybe]);
      assert.equal(sent.filter(({ method }) => method === 'POST').length, 1, 'sent once');
    });

  it('after a refusal for the time the clock is read anew, and the next order carries it', async () => {
    const ahead = 3_600_000;
    const { client, sent } = await stubExchange('kucoinfutures', ({ method }) =>
      method === 'GET'
        ? { code: '200000', data: Date.now() + ahead }
        : { status: 401, text: kc('400002', 'KC-API-TIMESTAMP Invalid') },
    );
    const venue = ccxtVenue(client);
    await venue.place(ticketOf('kucoinfutures'));
    assert.equal(sent.at(-1)?.path, '/api/v1/timestamp');
    assert.ok(Math.abs(venue.now() - Date.now() - ahead) < 60_000);
    await venue.place(ticketOf('kucoinfutures'));
    const signed = Number(sent.at(-2)?.headers['KC-API-TIMESTAMP']);
    assert.ok(Math.abs(signed - Date.now() - ahead) < 60_000);
  });
});

describe('what a failure tells people', () => {
  const reflections: readonly ((sent: Sent) => {
    readonly status: number;
    readonly text: string;
  })[] = [
    sent => ({ status: 500, text: JSON.stringify(sent) }),
    sent => ({ status: 400, text: JSON.stringify(sent) }),
    sent => ({ status: 200, text: `not JSON ${JSON.stringify(sent)}` }),
    ({ headers }) => ({ status: 200, text: kc('999999', `you sent ${JSON.stringify(headers)}`) }),
    ({ headers }) => ({ status: 401, text: kc('400005', Object.values(headers).join(' ')) }),
    ({ query, body }) => ({ status: 200, text: kc('1', JSON.stringify([query, body])) }),
    sent => ({
      status: 200,
      text: JSON.stringify({
        ...{ retCode: 10001, retMsg: `${sent.headers['X-BAPI-SIGN']} ${KEYS.apiKey}` },
        ...{ sCode: 5, sMsg: Object.values(sent.headers).join(' '), label: 'X' },
        ...{ status: 'err', response: `${JSON.stringify(sent.body)} ${KEYS.walletAddress}` },
      }),
    }),
  ];

  for (const exchange of Object.keys(DIALECTS))
    it(`${exchange}: no key and no signature, however much of it comes back`, async () => {
      for (const reflect of [
        ...reflections,
        () => socket('ECONNRESET'),
        () => named('AbortError'),
      ]) {
        const { client, sent } = await stubExchange(exchange, reflect);
        const venue = ccxtVenue(client);
        const { clientId, symbol } = ticketOf(exchange);
        const limit = { ...ticketOf(exchange), kind: 'limit', price: 65_000 } as const;
        for (const answer of [
          await venue.place(limit),
          await venue.find(clientId, symbol),
          await venue.cancel(clientId, symbol),
          await venue.wallet(),
          await venue.fills(symbol, Date.now()),
          await venue.access(),
        ])
          if (!answer.ok) assertPlain(answer.error.hint, sent);
      }
    });

  function assertPlain(hint: string, sent: readonly Sent[]): void {
    const { walletAddress: _, ...secrets } = KEYS;
    for (const secret of Object.values(secrets)) assert.ok(!hint.includes(secret), hint);
    assert.doesNotMatch(hint, /MARKER|https?:|signature=|KC-API-SIGN/);
    for (const { headers: all, query, body } of sent) {
      // What kind of program asks is no secret.
      const { 'User-Agent': __, ...headers } = all;
      for (const text of [...Object.values(headers), ...textsIn(query), ...textsIn(body)])
        if (text.length >= 40) assert.ok(!hint.includes(text), hint);
    }
  }

  const textsIn = (node: unknown): string[] => {
    if (typeof node === 'string') return [node];
    return typeof node === 'object' && node !== null ? Object.values(node).flatMap(textsIn) : [];
  };

  it('the words of the exchange are told', async () => {
    const { client } = await stubExchange('kucoinfutures', () => ({
      ...{ status: 200, text: kc('300016', 'The leverage cannot be greater than 20.') },
    }));
    const answer = await ccxtVenue(client).place(ticketOf('kucoinfutures'));
    assert.equal(
      answer.ok || answer.error.hint,
      'the exchange refuses (300016: The leverage cannot be greater than 20.)',
    );
  });
});
