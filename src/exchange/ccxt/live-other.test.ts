/**
 * A live market at the exchanges that were never tried: ccxt's own stream and requests, their
 * documents' messages, and the candles that come out of them.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { EMPTY } from '../../../test/exchange-answer.ts';
import { MARKETS, type MarketTold, type Minute } from '../../../test/market-answer.ts';
import { isAsked, type Sent, stubExchange, symbolOf } from '../../../test/stub-exchange.ts';
import { StubStream, TAKES, type Take } from '../../../test/stub-stream.ts';
import { MINUTE_MS } from '../../base/time.ts';
import type { FedCandle } from '../../core/market.ts';
import { liveMarket } from './contract.ts';
import { liveFeed } from './feed.ts';

/** Whoever waits for a message that never comes is a failure; nothing is measured by it. */
const PATIENCE_MS = MINUTE_MS / 2;
/** Lately: OKX has what is older elsewhere. */
const START = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS;
const minute = (k: number): Minute => ({
  ...{ time: START + k * MINUTE_MS, open: 65_000.1 + k, high: 65_010.5 + k, low: 64_990.2 + k },
  ...{ close: 65_005.3 + k, volume: (125 + k) / 100 },
});
/** While it is being made. */
const begun = (k: number): Minute => {
  const { time, open } = minute(k);
  return { time, open, high: open, low: open, close: open, volume: 0.5 };
};

/** A market whose clock and whose requests show what the test has them show. */
async function followed(t: TestContext, id: string) {
  const told = MARKETS[id] as MarketTold;
  const stream = await StubStream.open(TAKES[id] as Take);
  /** Requests show minutes up to this one, which is being made. */
  const shown = { at: 3, now: START + 3 * MINUTE_MS + 5000 };
  const answer = (sent: Sent) => {
    const [timeAt, time] = told.time(shown.now);
    if (isAsked(timeAt, sent)) return time;
    if (!told.candlesAt.some(where => isAsked(where, sent))) return EMPTY[id] as object;
    const past = Array.from({ length: shown.at }, (_, k) => minute(k));
    return told.candles([...past, begun(shown.at)], sent);
  };
  const { client, sent } = await stubExchange(id, answer, { streams: stream.url });
  const stop = new AbortController();
  const said: string[] = [];
  const market = await liveMarket(client, id, client.market(symbolOf(id)) as never);
  const feed = liveFeed({
    ...{ client, id, markets: [market], timeframeMs: MINUTE_MS, historyCandles: 3 },
    ...{ stop: stop.signal, tell: (level, line) => said.push(`${level}: ${line}`) },
  });
  const batches = feed.candles({})[Symbol.asyncIterator]();
  t.after(async () => {
    stop.abort();
    await feed.close?.();
    await stream.close();
  });
  /** The next candles, however many batches are empty before them. */
  const next = async (count: number): Promise<FedCandle[]> => {
    const got: FedCandle[] = [];
    while (got.length < count) {
      const { done, value } = await batches.next();
      if (done === true) break;
      got.push(...value);
    }
    return got;
  };
  return { told, stream, shown, sent, said, feed, next };
}

for (const id of Object.keys(MARKETS)) {
  const symbol = symbolOf(id);

  describe(`a live market at ${id}`, { timeout: PATIENCE_MS }, () => {
    const isCandles = (sent: Sent): boolean =>
      MARKETS[id]?.candlesAt.some(where => isAsked(where, sent)) === true;

    it('is asked for what has closed, then told of it by its stream', async t => {
      const { told, stream, shown, sent, said, feed, next } = await followed(t, id);
      const late = true;
      assert.deepEqual(await next(3), [
        { symbol, ...minute(0), late },
        { symbol, ...minute(1), late },
        { symbol, ...minute(2) },
      ]);
      const asked = next(1);
      await stream.until(() => stream.heard.length > 0);
      assert.partialDeepStrictEqual(stream.heard[0], told.asks);
      // The stream began inside the fourth minute: that one is asked for.
      Object.assign(shown, { at: 4, now: START + 4 * MINUTE_MS + 5000 });
      stream.say(told.said(begun(3), false), told.said(minute(3), true));
      stream.say(told.said(begun(4), false));
      assert.deepEqual(await asked, [{ symbol, ...minute(3) }]);
      // Of the fifth the requests tell nothing yet.
      const requests = sent.filter(isCandles).length;
      const streamed = next(1);
      stream.say(told.said(minute(4), true), told.said(begun(5), false));
      assert.deepEqual(await streamed, [{ symbol, ...minute(4) }]);
      assert.equal(sent.filter(isCandles).length, requests);
      assert.equal(feed.state(), 'streaming');
      assert.match(said.join(), /^info: \w+: warming up on 3 candles a pair, from [^,]+$/);
    });

    it('is asked where its stream is cut, which is said once', async t => {
      const { stream, shown, said, feed, next } = await followed(t, id);
      await next(3);
      const asked = next(1);
      await stream.until(() => stream.heard.length > 0);
      stream.cut();
      Object.assign(shown, { at: 4, now: START + 4 * MINUTE_MS + 5000 });
      assert.deepEqual(await asked, [{ symbol, ...minute(3) }]);
      assert.equal(feed.state(), 'asking');
      const broke = said.filter(line => line.includes('stream of candles broke'));
      assert.equal(broke.length, 1, said.join());
      assert.match(broke[0] ?? '', /^warn: .*: asking instead$/);
    });
  });
}
