import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as assertTrue } from '../../base/assert.ts';
import { EXIT, Fault } from '../../base/fault.ts';
import { failureOf } from './failure.ts';

/** ccxt's own classes: this file stands on the right side of the wall. */
const errors = (await import(
  new URL('./src/base/errors.js', import.meta.resolve('ccxt')).href
)) as Record<string, new (message: string) => Error>;

describe('failures of an exchange', () => {
  it('each error of ccxt has a kind of its own', () => {
    const known = Object.keys(errors).filter(name => /^[A-Z]/.test(name));
    const doubtful = known.filter(name => {
      const Kind = errors[name] as new (message: string) => Error;
      return failureOf(new Kind('what happened')).code === 'unreadable';
    });
    // Old aliases and what cannot happen on a futures account stay in doubt.
    assert.deepEqual(doubtful.sort(), EXPECTED_IN_DOUBT);
  });

  const EXPECTED_IN_DOUBT = [
    ...['AddressPending', 'BadResponse', 'BaseError', 'InvalidAddress'],
    ...['InvalidProxySettings', 'NullResponse', 'OrderNotCached', 'UnsubscribeError'],
  ];

  for (const [name, code, retry, ambiguous] of [
    ['RequestTimeout', 'timeout', true, true],
    ['ExchangeNotAvailable', 'unavailable', true, true],
    ['RateLimitExceeded', 'rate-limited', true, false],
    ['OrderNotFound', 'not-found', false, false],
    ['DuplicateOrderId', 'duplicate', false, false],
    ['InvalidOrder', 'refused', false, false],
    ['AuthenticationError', 'auth', false, false],
  ] as const)
    it(`${name} is ${code}${ambiguous ? ', and it may have happened' : ''}`, () => {
      const Kind = errors[name] as new (message: string) => Error;
      const failure = failureOf(new Kind('kucoinfutures said no'));
      assert.deepEqual(failure, {
        ...{ code, retry, ambiguous },
        hint: `${name}: kucoinfutures said no`,
      });
    });

  it('an answer that ccxt stumbles over may have been a yes', () => {
    const { code, ambiguous } = failureOf(new TypeError("reading 'orderId' of undefined"));
    assert.equal(code, 'unreadable');
    assert.equal(ambiguous, true);
  });

  it('no hint holds a secret, or what a URL carries behind its path', () => {
    const message =
      'GET https://x.example/api?signature=abc&key=1 {"KC-API-KEY":"my-key-77"} failed';
    const { hint } = failureOf(new Error(message), ['my-key-77', '']);
    assert.equal(hint, 'Error: GET https://x.example/api {"KC-API-KEY":"***"} failed');
    assert.ok(failureOf(new Error('long '.repeat(500))).hint.length <= 200);
  });

  it('faults and bugs of ours are no failures of the exchange', () => {
    assert.throws(() => failureOf(new Fault(EXIT.config, 'a', 'b')), Fault);
    assert.throws(() => {
      try {
        assertTrue(false, 'never');
      } catch (error) {
        failureOf(error);
      }
    }, /never/);
  });
});
