import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  half,
  isWhole,
  networkError,
  rowOf,
  shown,
  waiting,
} from '../../../test/fixtures/stub-market.ts';
import { MINUTE_MS } from '../../base/time.ts';

describe('streams', () => {
  it('give a candle as soon as a later one opens, without a request', async t => {
    const { market, got } = await waiting(t, [BTC]);
    await market.say(BTC, half(10));
    await market.pass(MINUTE_MS + 3000);
    assert.equal(shown(got), 'BTC 10');
    const { requests } = market;
    await market.say(BTC, half(11));
    await market.say(BTC, rowOf(11));
    await market.pass(MINUTE_MS - 5000);
    await market.say(BTC, half(12));
    assert.equal(shown(got), 'BTC 10, BTC 11');
    assert.equal(market.requests, requests);
    got.forEach(isWhole);
  });

  it('the candle in which a stream began is asked for', async t => {
    const { market, got } = await waiting(t, [BTC]);
    await market.say(BTC, half(10));
    await market.say(BTC, half(11));
    assert.equal(shown(got), '');
    await market.pass(MINUTE_MS + 3000);
    assert.equal(shown(got), 'BTC 10');
    got.forEach(isWhole);
  });

  it('messages twice, late and out of order change nothing', async t => {
    const { market, got } = await waiting(t, [BTC]);
    await market.say(BTC, half(10));
    await market.pass(MINUTE_MS + 3000);
    await market.say(BTC, half(11), half(11));
    await market.say(BTC, rowOf(11), half(11, 5));
    await market.say(BTC, half(10), rowOf(9));
    await market.say(BTC, half(11, 6));
    await market.pass(MINUTE_MS - 5000);
    await market.say(BTC, half(12), half(11, 7));
    await market.say(BTC, rowOf(11));
    assert.equal(shown(got), 'BTC 10, BTC 11');
    got.forEach(isWhole);
  });

  it('one that says the same for ever is passed by', async t => {
    const { market, got } = await waiting(t, [BTC]);
    for (let minute = 0; minute < 3; minute += 1) {
      await market.say(BTC, half(9));
      await market.pass(MINUTE_MS);
    }
    assert.equal(shown(got), 'BTC 10, BTC 11');
    got.forEach(isWhole);
  });

  it('a candle in which a stream broke is asked for, and the stream is opened again', async t => {
    const { market, got } = await waiting(t, [BTC]);
    await market.say(BTC, half(10));
    await market.pass(MINUTE_MS + 3000);
    await market.say(BTC, half(11));
    await market.cut(BTC);
    await market.pass(2000);
    await market.say(BTC, half(12));
    assert.equal(shown(got), 'BTC 10');
    await market.pass(MINUTE_MS);
    assert.equal(shown(got), 'BTC 10, BTC 11');
    got.forEach(isWhole);
    assert.match(
      market.told.join('; '),
      /stream of candles broke.*; info: .*stream of candles is back/,
    );
  });

  it('carry the market on while requests fail', async t => {
    const { market, got } = await waiting(t, [BTC]);
    await market.say(BTC, half(10));
    await market.pass(MINUTE_MS + 3000);
    market.failure = networkError();
    for (const k of [11, 12, 13]) {
      await market.say(BTC, half(k));
      await market.pass(MINUTE_MS - 3000);
      await market.say(BTC, rowOf(k));
      await market.pass(3000);
    }
    assert.equal(shown(got), 'BTC 10, BTC 11, BTC 12');
    got.forEach(isWhole);
  });
});
