import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StubReceiver } from '../../test/notify/stub-receiver.ts';
import { trade } from '../../test/policy-fixture.ts';
import { NOTIFY_RETRY_AFTER_MS_MAX, NOTIFY_RETRY_MS_MAX } from '../base/limits.ts';
import type { Fact } from '../core/fact.ts';
import type { Event } from './event.ts';
import { eventNameOf, factEvent } from './fact-event.ts';
import { noteEvent } from './note-event.ts';
import { retryAfterMs, waitMs } from './retry.ts';
import { fitted } from './telegram-chat.ts';
import { webhook } from './webhook.ts';

const EVENT: Event = { id: 'd:1:2:0', type: 'bot.started', time: 1, text: 'started', data: {} };
const never = new AbortController().signal;

describe('the webhook', () => {
  it('tells taken, refused and to be tried again apart', async context => {
    const stub = await StubReceiver.open();
    context.after(() => stub.close());
    const options = { url: stub.url, secret: null, now: () => 0 };
    const send = () => webhook(options).send(EVENT, never);
    assert.deepEqual(await send(), { kind: 'delivered' });
    for (const status of [400, 401, 404, 410]) {
      stub.faults.push(status);
      assert.deepEqual(await send(), { kind: 'refused', why: `it answered ${status}` });
    }
    for (const status of [302, 408, 425, 429, 500, 503]) {
      stub.faults.push([status, 7]);
      const why = `it answered ${status}`;
      assert.deepEqual(await send(), { kind: 'failed', why, afterMs: 7000 });
    }
    stub.faults.push('cut');
    assert.equal((await send()).kind, 'failed');
    stub.faults.push('hang');
    const sent = await webhook({ ...options, answerMsMax: 50 }).send(EVENT, never);
    assert.equal(sent.kind, 'failed');
    assert.equal(stub.heard[0]?.headers['x-holdfast-signature'], undefined);
  });

  it('names nobody where nobody listens', async () => {
    const stub = await StubReceiver.open();
    const { url } = stub;
    stub.close();
    const channel = webhook({ url: `${url}/secret-word`, secret: null, now: () => 0 });
    const sent = await channel.send(EVENT, never);
    assert.deepEqual(sent, { kind: 'failed', why: 'ECONNREFUSED', afterMs: null });
  });
});

describe('waiting', () => {
  it('grows with each failure to a bound, by a random share of it', () => {
    assert.deepEqual(
      [1, 2, 3, 10, 1000].map(attempt => waitMs(attempt, null, () => 1)),
      [1000, 2000, 4000, NOTIFY_RETRY_MS_MAX, NOTIFY_RETRY_MS_MAX],
    );
    assert.equal(
      waitMs(3, null, () => 0.25),
      1000,
    );
  });

  it('follows the word of the receiver, within reason', () => {
    assert.equal(retryAfterMs('120', 0), 120_000);
    assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4000), 6000);
    assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 40_000), 0);
    assert.equal(
      waitMs(1, 1e12, () => 0),
      NOTIFY_RETRY_AFTER_MS_MAX,
    );
    assert.equal(
      waitMs(1, 5000, () => 1),
      5000,
    );
  });

  it('never waits less than by itself, whatever the receiver says', () => {
    for (const header of ['0', 'Thu, 01 Jan 1970 00:00:10 GMT', '12.5', '-3', 'soon', '2', '']) {
      const afterMs = retryAfterMs(header, 1e12);
      assert.equal(
        waitMs(5, afterMs, () => 1),
        16_000,
        header,
      );
    }
    // Telegram's own number, of any kind that JSON has.
    for (const afterMs of [0, -1000, 0.5])
      assert.equal(
        waitMs(5, afterMs, () => 1),
        16_000,
      );
    assert.equal(
      waitMs(1, Number.POSITIVE_INFINITY, () => 1),
      NOTIFY_RETRY_AFTER_MS_MAX,
    );
  });

  it('takes seconds and dates of HTTP, and no number or word that a date can be made of', () => {
    for (const header of ['12.5', '-3', '1e3', 'soon', 'May 7', '2030-01-01', ''])
      assert.equal(retryAfterMs(header, 0), null, header);
    assert.equal(retryAfterMs(' 7 ', 0), 7000);
  });
});

describe('events', () => {
  const context = { directory: 'models', lotSizes: { 'BTC/USDT:USDT': 0.001 } };
  const fill: Fact<'order.filled'> = {
    type: 'order.filled',
    id: '7-1',
    symbol: 'BTC/USDT:USDT',
    side: 'sell',
    price: 50_000,
    lots: 20,
    fee: 250_000_000,
    liquidity: 'taker',
    time: 5,
    exitReason: null,
  };

  it('tell of an entry in base units and quote currency, and of no exit', () => {
    const event = factEvent(fill, context);
    assert.equal(event?.text, 'entered short 0.02 BTC/USDT:USDT at 50,000.0, fee 2.50 USDT');
    assert.deepEqual([event?.type, event?.time], ['entry.filled', 5]);
    assert.partialDeepStrictEqual(event?.data, { fee: 2.5, quantity: 0.02, price: 50_000 });
    assert.equal(eventNameOf({ ...fill, exitReason: 'stop_loss' }), null);
    assert.equal(eventNameOf({ ...fill, id: 'hand:1' }), null);
  });

  it('tell no time of a word that was said before the first candle', () => {
    assert.equal(factEvent({ type: 'flatten.ordered', time: 0 }, context)?.time, null);
    assert.equal(factEvent({ type: 'flatten.ordered', time: 7 }, context)?.time, 7);
  });

  it('tell of a trade with its currency', () => {
    const closed = trade(-1_250_000_000, { symbol: 'BTC/USDT:USDT', exitTime: 9 });
    const event = factEvent({ type: 'trade.closed', trade: closed }, context);
    assert.match(event?.text ?? '', /^closed .* BTC\/USDT:USDT at .*: -12\.50 USDT \(/);
    assert.partialDeepStrictEqual(event?.data, { profit: -12.5 });
    assert.equal(event?.time, 9);
  });

  it('tell of a recovery only where something was repaired or lost', () => {
    const note = { at: '2026-01-01T00:00:00.000Z', what: 'recovered', repairs: [], lost: [] };
    assert.equal(noteEvent(note), null);
    assert.equal(noteEvent({ ...note, repairs: ['a was mended'] })?.type, 'bot.recovered');
    assert.equal(noteEvent({ ...note, what: 'checkpoint', reason: 'every 5 minutes' }), null);
    assert.equal(noteEvent({ ...note, what: 'of another release' }), null);
  });

  it("tell of a start of `trade`, and of its tapes nothing: their paths are the owner's", () => {
    const plain = { version: '1', seq: 3 };
    const note = { at: '2026-01-01T00:00:00.000Z', what: 'started', ...plain };
    const files = [{ file: '/home/me/BTC.csv' }];
    assert.equal(noteEvent({ ...note, node: 'v26', files }), null, 'a backtest');
    const told = noteEvent({ ...note, node: 'v26', files, title: 'paper' });
    assert.equal(told?.text, 'started: Holdfast 1, paper');
    assert.deepEqual(told?.data, { ...plain, title: 'paper' });
  });

  it('fit into a message, and are cut inside no character', () => {
    assert.equal(fitted('a'.repeat(4096)).length, 4096);
    const long = fitted(`${'a'.repeat(4094)}😀😀`);
    assert.ok(long.length <= 4096 && long.endsWith('a…') && long.isWellFormed());
  });
});
