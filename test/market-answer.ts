/**
 * What each exchange says of its market, in its documents' shape: its time, candles by request and by
 * stream, funding rates.
 *
 * Promises: the same market everywhere, in each exchange's own units and order; a request is given
 * what its window names and a page holds. Never: a recording; each is written here by hand.
 */
import type { Candle } from '../src/core/market.ts';
import { bybit, okx } from './envelope.ts';
import type { Answer, Sent } from './stub-exchange.ts';

/** As the market has them; a symbol is the exchange's own. */
export type Minute = Omit<Candle, 'symbol'>;
export interface Rate {
  readonly time: number;
  readonly rate: number;
}

/** What is asked for, in milliseconds. */
interface Window {
  readonly from: number;
  readonly until: number;
  readonly rows: number;
}

export interface MarketTold {
  readonly time: (now: number) => readonly [where: string, answer: Answer];
  readonly candles: (minutes: readonly Minute[], sent: Sent) => Answer;
  /** Of late and of long ago, where these are two places. */
  readonly candlesAt: readonly string[];
  readonly rates: (rates: readonly Rate[], sent: Sent) => Answer;
  readonly ratesAt: string;
  /** A message of the stream of candles. */
  readonly said: (minute: Minute, isWhole: boolean) => object;
  /** The message that asks for that stream. */
  readonly asks: object;
}

const MINUTE_MS = 60_000;
const PAGE = 100;

const within = <T extends { readonly time: number }>(all: readonly T[], window: Window): T[] =>
  all.filter(({ time }) => time >= window.from && time <= window.until).slice(0, window.rows);
/** Of those before the window's end the latest come, latest first. */
const newest = <T extends { readonly time: number }>(all: readonly T[], window: Window): T[] =>
  within(all.toReversed(), window);

const number = (value: unknown, otherwise: number): number =>
  value === undefined ? otherwise : Number(value);
const EVER = Number.MAX_SAFE_INTEGER;

const byNames =
  (from: string, until: string, rows = PAGE) =>
  ({ query }: Sent): Window => ({
    from: number(query[from], 0),
    until: number(query[until], EVER),
    rows: number(query['limit'], rows),
  });
/** Gate counts seconds, the last one included. */
const bySeconds = ({ query }: Sent): Window => ({
  from: number(query['from'], 0) * 1000,
  until: number(query['to'], EVER / 1000) * 1000 + 999,
  rows: number(query['limit'], PAGE * 20),
});
/** OKX: newer than `before`, older than `after`. */
const byNeighbours = ({ query }: Sent): Window => ({
  from: number(query['before'], 0) + 1,
  until: number(query['after'], EVER) - 1,
  rows: number(query['limit'], PAGE),
});
const inBody = (body: unknown): Window => {
  const { startTime, endTime } = body as { readonly startTime: number; readonly endTime?: number };
  return { from: startTime, until: endTime ?? EVER, rows: 500 };
};

const contracts = ({ volume }: Minute, size: number): number => Math.round(volume / size);
const text = String;

const binance: MarketTold = {
  time: now => ['/fapi/v1/time', { serverTime: now }],
  candlesAt: ['/fapi/v1/klines'],
  candles: (minutes, sent) =>
    within(minutes, byNames('startTime', 'endTime')(sent)).map(({ time, ...one }) => [
      ...[time, text(one.open), text(one.high), text(one.low), text(one.close), text(one.volume)],
      ...[time + MINUTE_MS - 1, '81250.5', 40, '0.5', '32500.1', '0'],
    ]),
  ratesAt: '/fapi/v1/fundingRate',
  rates: (rates, sent) =>
    within(rates, byNames('startTime', 'endTime')(sent)).map(({ time, rate }) => ({
      ...{ symbol: 'BTCUSDT', fundingRate: text(rate), fundingTime: time, markPrice: '65000' },
    })),
  said: ({ time, open, high, low, close, volume }, isWhole) => ({
    ...{ e: 'kline', E: time + 5, s: 'BTCUSDT' },
    k: {
      ...{ t: time, T: time + MINUTE_MS - 1, s: 'BTCUSDT', i: '1m', f: 100, L: 200, n: 16 },
      ...{ o: text(open), c: text(close), h: text(high), l: text(low), v: text(volume) },
      ...{ x: isWhole, q: '81250.5', V: '0.5', Q: '32500.1', B: '0' },
    },
  }),
  asks: { method: 'SUBSCRIBE', params: ['btcusdt@kline_1m'] },
};

const bybitMarket: MarketTold = {
  time: now => ['/v5/market/time', { ...bybit(), time: now }],
  candlesAt: ['/v5/market/kline'],
  // The earliest of the window, listed from the latest.
  candles: (minutes, sent) =>
    bybit(
      ...within(minutes, byNames('start', 'end', 200)(sent))
        .reverse()
        .map(({ time, open, high, low, close, volume }) =>
          [time, open, high, low, close, volume, 81250.5].map(text),
        ),
    ),
  ratesAt: '/v5/market/funding/history',
  rates: (rates, sent) =>
    bybit(
      ...newest(rates, byNames('startTime', 'endTime', 200)(sent)).map(({ time, rate }) => ({
        ...{ symbol: 'BTCUSDT', fundingRate: text(rate), fundingRateTimestamp: text(time) },
      })),
    ),
  said: ({ time, open, high, low, close, volume }, isWhole) => ({
    ...{ topic: 'kline.1.BTCUSDT', type: 'snapshot', ts: time + 5 },
    data: [
      {
        ...{ start: time, end: time + MINUTE_MS - 1, interval: '1', timestamp: time + 5 },
        ...{ open: text(open), close: text(close), high: text(high), low: text(low) },
        ...{ volume: text(volume), turnover: '81250.5', confirm: isWhole },
      },
    ],
  }),
  asks: { op: 'subscribe', args: ['kline.1.BTCUSDT'] },
};

/** In contracts, in coins, in money. */
const okxRow = (minute: Minute, isWhole: boolean): readonly string[] => {
  const { time, open, high, low, close, volume } = minute;
  const amounts = [contracts(minute, 0.01), volume, 81250.5];
  return [time, open, high, low, close, ...amounts, isWhole ? 1 : 0].map(text);
};

const okxMarket: MarketTold = {
  time: now => ['/public/time', okx({ ts: text(now) })],
  candlesAt: ['/market/candles', '/market/history-candles'],
  candles: (minutes, sent) =>
    okx(...newest(minutes, byNeighbours(sent)).map(minute => okxRow(minute, true))),
  ratesAt: '/public/funding-rate-history',
  rates: (rates, sent) =>
    okx(
      ...newest(rates, byNeighbours(sent)).map(({ time, rate }) => ({
        ...{ instType: 'SWAP', instId: 'BTC-USDT-SWAP', fundingTime: text(time) },
        ...{ fundingRate: '0.018', realizedRate: text(rate), method: 'current_period' },
      })),
    ),
  said: (minute, isWhole) => ({
    arg: { channel: 'candle1m', instId: 'BTC-USDT-SWAP' },
    data: [okxRow(minute, isWhole)],
  }),
  asks: { op: 'subscribe', args: [{ channel: 'candle1m', instId: 'BTC-USDT-SWAP' }] },
};

const gateRow = (minute: Minute): object => {
  const { time, open, high, low, close } = minute;
  return {
    ...{ t: time / 1000, v: contracts(minute, 0.0001), sum: '81250.5' },
    ...{ o: text(open), h: text(high), l: text(low), c: text(close) },
  };
};

const gate: MarketTold = {
  time: now => ['/spot/time', { server_time: now }],
  candlesAt: ['/futures/usdt/candlesticks'],
  candles: (minutes, sent) => within(minutes, bySeconds(sent)).map(gateRow),
  ratesAt: '/futures/usdt/funding_rate',
  rates: (rates, sent) =>
    newest(rates, bySeconds(sent)).map(({ time, rate }) => ({ t: time / 1000, r: text(rate) })),
  said: minute => ({
    ...{ time: minute.time / 1000, time_ms: minute.time, channel: 'futures.candlesticks' },
    ...{ event: 'update', result: [{ ...gateRow(minute), n: '1m_BTC_USDT' }] },
  }),
  asks: { channel: 'futures.candlesticks', event: 'subscribe', payload: ['1m', 'BTC_USDT'] },
};

const hyperRow = ({ time, open, high, low, close, volume }: Minute): object => ({
  ...{ t: time, T: time + MINUTE_MS - 1, s: 'BTC', i: '1m', n: 20 },
  ...{ o: text(open), c: text(close), h: text(high), l: text(low), v: text(volume) },
});

const hyperliquid: MarketTold = {
  time: now => ['exchangeStatus', { specialStatuses: null, time: now }],
  candlesAt: ['candleSnapshot'],
  candles: (minutes, { body }) =>
    within(minutes, inBody((body as { readonly req: object }).req)).map(hyperRow),
  ratesAt: 'fundingHistory',
  rates: (rates, { body }) =>
    within(rates, inBody(body)).map(({ time, rate }) => ({
      ...{ coin: 'BTC', fundingRate: text(rate), premium: '0.0005', time },
    })),
  said: minute => ({ channel: 'candle', data: hyperRow(minute) }),
  asks: { method: 'subscribe', subscription: { type: 'candle', coin: 'BTC', interval: '1m' } },
};

/** By ccxt's ids; those that were never tried. */
export const MARKETS: Readonly<Record<string, MarketTold>> = {
  binanceusdm: binance,
  ...{ bybit: bybitMarket, okx: okxMarket, gate, hyperliquid },
};
