/**
 * Where the page is: the hash of its address, and the filter of the trades in it.
 *
 * Promises: an address that nobody wrote leads to the overview; a filter stands in the address, so
 * that it can be kept, sent, and gone back from. Never: touches the browser.
 */
import type { TradeRow } from '../view.ts';

export const PAGES = ['overview', 'trades', 'learning', 'state'] as const;
export type PageId = (typeof PAGES)[number];

export const SORT_KEYS = [
  ...['symbol', 'side', 'entryTime', 'exitTime', 'entryPrice', 'exitPrice', 'quantity'],
  ...['leverage', 'fees', 'funding', 'profit', 'profitRatio', 'durationMs', 'exitReason'],
  'strategy',
] as readonly (keyof TradeRow)[];

export const FILTERS = ['symbol', 'side', 'strategy', 'reason'] as const;
export type Filter = (typeof FILTERS)[number];

/** What is asked of /api/trades; an empty filter is none. */
export interface TradeQuery extends Readonly<Record<Filter, string>> {
  readonly sort: keyof TradeRow;
  readonly order: 'asc' | 'desc';
  readonly offset: number;
}

export interface Route {
  readonly page: PageId;
  readonly trades: TradeQuery;
}

export const TRADES_A_PAGE = 50;
/** As many trades as are kept. */
const OFFSET_MAX = 10_000;

const EVERY_TRADE: TradeQuery = {
  ...{ symbol: '', side: '', strategy: '', reason: '' },
  ...{ sort: 'exitTime', order: 'desc', offset: 0 },
};

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const page = PAGES.find(one => one === path) ?? 'overview';
  return { page, trades: tradeQueryOf(new URLSearchParams(query)) };
}

function tradeQueryOf(params: URLSearchParams): TradeQuery {
  const given = (name: string): string => params.get(name) ?? '';
  const offset = Number(given('offset'));
  return {
    ...{ symbol: given('symbol'), side: given('side') },
    ...{ strategy: given('strategy'), reason: given('reason') },
    sort: SORT_KEYS.find(key => key === given('sort')) ?? EVERY_TRADE.sort,
    order: given('order') === 'asc' ? 'asc' : 'desc',
    offset: Number.isSafeInteger(offset) && offset > 0 ? Math.min(offset, OFFSET_MAX) : 0,
  };
}

/** The address of a filter: only what differs from the whole table. */
export function hashOf(query: TradeQuery): string {
  const params = new URLSearchParams();
  for (const key of [...FILTERS, 'sort', 'order', 'offset'] as const)
    if (query[key] !== EVERY_TRADE[key]) params.set(key, String(query[key]));
  return params.size === 0 ? '#/trades' : `#/trades?${params}`;
}

/** A sort by another column begins with the largest; the same column turns round. */
export const sortedBy = (query: TradeQuery, key: keyof TradeRow): TradeQuery => ({
  ...query,
  sort: key,
  order: query.sort === key && query.order === 'desc' ? 'asc' : 'desc',
  offset: 0,
});

export const filteredBy = (query: TradeQuery, filter: Filter, value: string): TradeQuery => ({
  ...query,
  [filter]: value,
  offset: 0,
});

export function tradesUrl(query: TradeQuery): string {
  const params = filterOf(query);
  params.set('offset', String(query.offset));
  params.set('limit', String(TRADES_A_PAGE));
  return `/api/trades?${params}`;
}

/** All rows that the filter leaves, in the order that is shown. */
export const csvUrl = (query: TradeQuery): string => `/api/trades.csv?${filterOf(query)}`;

function filterOf(query: TradeQuery): URLSearchParams {
  const params = new URLSearchParams({ sort: query.sort, order: query.order });
  for (const filter of FILTERS) if (query[filter] !== '') params.set(filter, query[filter]);
  return params;
}
