import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DIALECTS } from './venue.ts';

/** What each exchange's documents allow. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  kucoinfutures: /^[\w-]{1,40}$/,
  binanceusdm: /^[.A-Z:/a-z0-9_-]{1,36}$/,
  bybit: /^[\w-]{1,36}$/,
  okx: /^[A-Za-z0-9]{1,32}$/,
  gate: /^t-[\w.-]{1,26}$/,
  hyperliquid: /^0x[0-9a-f]{32}$/,
};

const digits = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 30, maxLength: 30 })
  .map(all => all.map(digit => digit.toString(16)).join(''));

describe('client ids', () => {
  for (const [exchange, { clientId }] of Object.entries(DIALECTS)) {
    it(`${exchange} takes ours, and tells them back without loss`, () => {
      fc.assert(
        fc.property(digits, hash => {
          const theirs = clientId.encode(`hf${hash}`);
          assert.match(theirs, ALLOWED[exchange] as RegExp);
          assert.equal(clientId.decode(theirs), `hf${hash}`);
        }),
      );
    });

    it(`${exchange}: another's id stays what it is`, () => {
      for (const other of ['t-web', '0x1234', 'api', 'x-broker-1', `0x${'00'.repeat(16)}`])
        assert.equal(clientId.decode(other), other);
    });

    it(`${exchange}: an id that is none of ours is a bug`, () => {
      assert.throws(() => clientId.encode('hf123'), /not a client id/);
    });
  }
});
