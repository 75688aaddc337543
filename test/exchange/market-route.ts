/**
 * The public part of the API: contracts, candles, prices, time, status.
 *
 * Promises: an unfinished candle is given like any other, as KuCoin does. Never: needs a key.
 */
import { contractAnswer, riskLimitAnswer } from './contract.ts';
import { number, text } from './decimal.ts';
import type { Market } from './market.ts';
import type { Bar } from './price-path.ts';
import { refused } from './refusal.ts';
import type { Params, Route } from './route.ts';

/** What the public part asks of the exchange. */
export interface MarketDesk {
  readonly market: Market;
  /** The exchange's clock as it tells it. */
  readonly timeMs: () => number;
  readonly status: () => 'open' | 'cancelonly' | 'close';
  readonly fundingRate: (id: string, atMs: number) => number;
  readonly bullet: (isPrivate: boolean) => object;
  /** What a request for candles is shown of them: a stale server leaves out the newest. */
  readonly shown: (id: string, bars: readonly Bar[]) => readonly Bar[];
}

const MINUTE_MS = 60_000;
export const FUNDING_MS = 28_800_000;
/** At most so many candles in one answer. */
const KLINES_MAX = 200;

export function marketRoutes(desk: MarketDesk): Route[] {
  const { market } = desk;
  const known = (params: Params) => {
    const contract = market.find(params.text('symbol'));
    if (contract === null) throw refused.symbol(params.text('symbol'));
    return contract;
  };
  const row = (id: string) => {
    const contract = market.find(id);
    const rate = desk.fundingRate(id, market.nowMs);
    return contract === null ? {} : contractAnswer(contract, market.last(id), rate);
  };
  const get = (path: string, answer: Route['answer']): Route => ({
    ...{ method: 'GET', permission: null, path, answer },
  });
  return [
    get('/api/v1/timestamp', () => desk.timeMs()),
    get('/api/v1/status', () => ({ status: desk.status(), msg: '' })),
    get('/api/v1/contracts/active', () => market.contracts.map(contract => row(contract.id))),
    get('/api/v1/contracts/risk-limit/:symbol', params => riskLimitAnswer(known(params))),
    get('/api/v1/contracts/:symbol', params => row(known(params).id)),
    get('/api/v1/kline/query', params => klines(desk, known(params).id, params)),
    get('/api/v1/ticker', params => tickerAnswer(market, known(params).id)),
    get('/api/v1/allTickers', () => market.contracts.map(({ id }) => tickerAnswer(market, id))),
    get('/api/v1/mark-price/:symbol/current', params => ({
      symbol: known(params).id,
      granularity: 1000,
      timePoint: market.nowMs,
      value: number(market.last(known(params).id)),
      indexPrice: number(market.last(known(params).id)),
    })),
    get('/api/v1/funding-rate/:symbol/current', params => fundingAnswer(desk, known(params).id)),
    get('/api/v1/contract/funding-rates', params => fundingRates(desk, known(params).id, params)),
    get('/api/v3/currencies', () => [CURRENCY]),
    {
      ...{ method: 'POST', path: '/api/v1/bullet-public', permission: null },
      answer: () => desk.bullet(false),
    },
  ];
}

/** `[time, open, high, low, close, lots, turnover]`, ascending. */
function klines(desk: MarketDesk, id: string, params: Params): number[][] {
  const lengthMs = params.number('granularity', 0) * MINUTE_MS;
  if (lengthMs < desk.market.stepMs) throw refused.parameter('granularity is invalid');
  const toMs = Math.min(params.number('to', desk.market.nowMs), desk.market.nowMs);
  const fromMs = params.number('from', toMs - KLINES_MAX * lengthMs);
  const bars = desk.shown(id, desk.market.candles(id, lengthMs, [fromMs, toMs]));
  return bars.slice(0, KLINES_MAX).map(bar => {
    const prices = [bar.open, bar.high, bar.low, bar.close].map(number);
    return [bar.time, ...prices, bar.volume, 0];
  });
}

/** Best bid and ask are one tick from the last trade. */
function tickerAnswer(market: Market, id: string): object {
  const { tick } = market.find(id) ?? { tick: 0n };
  const last = market.last(id);
  return {
    ...{ sequence: market.nowMs, symbol: id, side: 'buy', size: 1, price: text(last) },
    ...{ bestBidSize: 1000, bestBidPrice: text(last - tick) },
    ...{ bestAskSize: 1000, bestAskPrice: text(last + tick) },
    ...{ tradeId: String(market.nowMs), ts: market.nowMs * 1_000_000 },
  };
}

function fundingAnswer(desk: MarketDesk, id: string): object {
  const timePoint = Math.floor(desk.market.nowMs / FUNDING_MS) * FUNDING_MS;
  return {
    ...{ symbol: `.${id}FPI8H`, granularity: FUNDING_MS, timePoint, dailyInterestRate: 0.0003 },
    ...{ value: desk.fundingRate(id, timePoint + FUNDING_MS), period: 1 },
    ...{ fundingRateCap: 0.003, fundingRateFloor: -0.003, fundingTime: timePoint + FUNDING_MS },
  };
}

const FUNDING_ROWS_MAX = 100;

/** Newest first, as KuCoin gives them. */
function fundingRates(desk: MarketDesk, id: string, params: Params): object[] {
  const toMs = Math.min(params.number('to', desk.market.nowMs), desk.market.nowMs);
  const fromMs = params.number('from', 0);
  const rows: object[] = [];
  for (let at = Math.floor(toMs / FUNDING_MS) * FUNDING_MS; at >= fromMs; at -= FUNDING_MS) {
    if (rows.length === FUNDING_ROWS_MAX) break;
    rows.push({ symbol: id, fundingRate: desk.fundingRate(id, at), timepoint: at });
  }
  return rows;
}

const CURRENCY = {
  ...{ currency: 'USDT', name: 'USDT', fullName: 'Tether', precision: 8, confirms: null },
  ...{ contractAddress: null, isMarginEnabled: true, isDebitEnabled: true, chains: [] },
};
