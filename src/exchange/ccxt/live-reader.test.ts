import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  bookmark,
  ETH,
  half,
  isWhole,
  marketOf,
  networkError,
  rowOf,
  shown,
  waiting,
} from '../../../test/fixtures/stub-market.ts';
import { MINUTE_MS } from '../../base/time.ts';
import type { Bookmark } from '../../core/exchange.ts';

describe('a live market without streams', () => {
  it('begins a new directory with its past, late but for what has just closed', async t => {
    const market = marketOf(t, 10);
    const got = market.read(market.feed([BTC]));
    await market.pass(3000);
    assert.equal(shown(got), 'BTC 5 late, BTC 6 late, BTC 7 late, BTC 8 late, BTC 9');
    for (const candle of got) isWhole(candle);
  });

  it('gives a candle once its end has passed by the exchange’s clock, and never unfinished', async t => {
    const { market, got } = await waiting(t, [BTC]);
    market.skewMs = 20_000;
    await market.pass(30_000);
    assert.equal(shown(got), '');
    // Its clock is asked with each question: 61.5 s have passed there, 41.5 s here.
    await market.pass(9_000);
    assert.equal(shown(got), '');
    await market.pass(30_000);
    assert.equal(shown(got), 'BTC 10');
    got.forEach(isWhole);
  });

  it('goes on after its bookmark, back-fills what was missed and says that it is late', async t => {
    const market = marketOf(t, 450);
    const marks = { [BTC]: bookmark(9), [ETH]: bookmark(9) };
    const got = market.read(market.feed([ETH, BTC]), marks);
    await market.pass(5000);
    assert.equal(got.length, 2 * 440);
    assert.equal(shown(got.slice(0, 3)), 'BTC 10 late, ETH 10 late, BTC 11 late');
    assert.equal(shown(got.slice(-3)), 'ETH 448 late, BTC 449, ETH 449');
    got.forEach(isWhole);
  });

  it('goes on in the middle of a round that a kill cut off', async t => {
    const market = marketOf(t, 12);
    const got = market.read(market.feed([BTC, ETH]), { [BTC]: bookmark(10), [ETH]: bookmark(9) });
    await market.pass(3000);
    assert.equal(shown(got), 'ETH 10 late, BTC 11, ETH 11');
  });

  it('waits an outage out, tells it once, and fetches what was missed', async t => {
    const { market, got } = await waiting(t, [BTC]);
    market.failure = networkError();
    await market.pass(10 * MINUTE_MS);
    assert.equal(shown(got), '');
    market.failure = null;
    await market.pass(9000);
    assert.match(shown(got), /^BTC 10 late, BTC 11 late, .*BTC 18 late, BTC 19( late)?$/);
    const told = market.told.filter(line => !line.includes('stream'));
    assert.match(
      told.join('; '),
      /^warn: stub does not answer.*; info: stub answers again, after \d\d\d s$/,
    );
  });

  it('does not begin before the exchange has told its time', async t => {
    const market = marketOf(t, 10);
    market.failure = networkError();
    const got = market.read(market.feed([BTC]));
    await market.pass(20_000);
    assert.equal(got.length, 0);
    market.failure = null;
    await market.pass(20_000);
    assert.equal(got.length, 5);
  });

  it('passes over a minute that the exchange has nothing of, once a later one is there', async t => {
    const { market, got } = await waiting(t, [BTC]);
    market.hidden.add(`${BTC} 10`).add(`${BTC} 11`);
    await market.pass(4 * MINUTE_MS + 3000);
    assert.equal(shown(got), 'BTC 12, BTC 13');
  });

  it('does not take for missing what closed between the question and the answer', async t => {
    const { market, got } = await waiting(t, [BTC]);
    const { client } = market;
    const fetch = client.fetchOHLCV;
    // While streams tell the time the exchange is not asked for it.
    await market.say(BTC, half(10));
    await market.pass(MINUTE_MS - 1000);
    await market.say(BTC, half(11));
    market.skewMs = -1000;
    client.fetchOHLCV = async (...asked) => {
      client.fetchOHLCV = fetch;
      market.skewMs += 2 * MINUTE_MS;
      await market.say(BTC, half(12));
      return fetch(...asked);
    };
    await market.pass(MINUTE_MS);
    assert.match(shown(got), /^BTC 10 late, BTC 11/);
  });

  it('waits where nothing later is known: the exchange may only be behind', async t => {
    const { market, got } = await waiting(t, [BTC]);
    for (let k = 10; k <= 14; k += 1) market.hidden.add(`${BTC} ${k}`);
    await market.pass(3 * MINUTE_MS);
    assert.equal(shown(got), '');
    market.hidden.clear();
    await market.pass(10_000);
    assert.equal(shown(got), 'BTC 10 late, BTC 11 late, BTC 12');
  });

  it('is refused where the last candle remembered is of another market', async t => {
    const market = marketOf(t, 12);
    const [time, open, high, low, , volume] = rowOf(9);
    const remembered = (close: number): Readonly<Record<string, Bookmark>> => ({
      [BTC]: { ...bookmark(9), last: { symbol: BTC, time, open, high, low, close, volume } },
    });
    const refused = assert.rejects(async () => {
      for await (const _ of market.feed([BTC]).candles(remembered(200)));
    }, /closed at 110 at .*, and this directory remembers 200: it is not the same market/);
    await market.pass(2000);
    await refused;
    const got = market.read(market.feed([BTC]), remembered(110.5));
    await market.pass(3000);
    assert.equal(shown(got), 'BTC 10 late, BTC 11');
    assert.match(market.told.join(), /remembers 110.5: the exchange has corrected it/);
  });

  it('is refused where the exchange is before what the directory remembers', async t => {
    const market = marketOf(t, 10);
    const feed = market.feed([BTC]);
    const reading = async () => {
      for await (const _ of feed.candles({ [BTC]: bookmark(100) })) market.stop();
    };
    const refused = assert.rejects(reading(), /before 2025-01-01 13:41 UTC, up to which/);
    await market.pass(1000);
    await refused;
  });
});

describe('two symbols', () => {
  it('a silent one holds the other up for a quarter of a minute at most', async t => {
    // With these the last wait would outlast the time that is given, if nothing cut it short.
    const dice = Array.from({ length: 5 }, () => 0.5);
    t.mock.method(Math, 'random', () => dice.shift() ?? 0);
    const { market, got } = await waiting(t, [BTC, ETH]);
    market.hidden.add(`${BTC} 10`).add(`${BTC} 11`);
    await market.pass(MINUTE_MS + 12_000);
    assert.equal(shown(got), '');
    await market.pass(4000);
    assert.equal(shown(got), 'ETH 10');
    // It comes too late for its place: what was given of the round stays as it is.
    market.hidden.clear();
    await market.pass(MINUTE_MS);
    assert.equal(shown(got), 'ETH 10, BTC 11, ETH 11');
  });

  it('one is asked for before it is given up, also where the loop was held up', async t => {
    const { market, got } = await waiting(t, [BTC, ETH]);
    await market.say(BTC, half(10));
    await market.say(ETH, half(10));
    await market.pass(MINUTE_MS + 3000);
    assert.equal(shown(got), 'BTC 10, ETH 10');
    await market.say(BTC, half(11), rowOf(11));
    await market.say(ETH, half(11));
    await market.pass(MINUTE_MS - 10_000);
    // Half a minute in which nothing was heard; what BTC's stream has to tell comes first.
    market.skewMs += 30_000;
    await market.say(BTC, rowOf(11), half(12));
    await market.pass(5000);
    assert.equal(shown(got), 'BTC 10, ETH 10, BTC 11, ETH 11');
    got.forEach(isWhole);
  });

  it('one that the exchange refuses does not hold the other up', async t => {
    const { market, got } = await waiting(t, [BTC, ETH]);
    const { client } = market;
    const fetch = client.fetchOHLCV;
    client.fetchOHLCV = async (symbol, ...more) => {
      if (symbol === BTC) throw Object.assign(new Error('delisted'), { name: 'BadSymbol' });
      return fetch(symbol, ...more);
    };
    await market.pass(3 * MINUTE_MS);
    assert.equal(shown(got), 'ETH 10, ETH 11');
    const told = market.told.filter(line => line.includes('gives no candles'));
    assert.deepEqual(told.length, 1);
  });
});

it('a feed that is stopped ends while it waits', async t => {
  const market = marketOf(t, 10);
  let ended = false;
  const reading = async () => {
    for await (const _ of market.feed([BTC]).candles({ [BTC]: bookmark(9) }));
    ended = true;
  };
  const end = reading();
  await market.pass(1000);
  market.stop();
  await end;
  assert.ok(ended);
});
