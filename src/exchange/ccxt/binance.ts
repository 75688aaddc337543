/**
 * Binance USD-M futures: stops live in a service of their own and become other orders when reached.
 *
 * Unverified: from ccxt's source and Binance's documents. Never: takes a fee in BNB for one in the
 * quote currency.
 */
import { DAY_MS } from '../../base/time.ts';
import type { VenueAccess } from '../../core/venue.ts';
import { plainId } from './client-id.ts';
import { inside, numberOf, unitsOf } from './decimal.ts';
import {
  accountOfKey,
  call,
  type Dialect,
  listIn,
  marginOf,
  sayingsOf,
  untilIn,
} from './dialect.ts';
import type { Client } from './load.ts';
import { Unreadable } from './outcome.ts';

const WAITING = { trigger: true };

export const binance: Dialect = {
  name: 'Binance',
  tame: client => {
    // Beside a stream of orders ccxt asks for positions, in a promise that nobody holds.
    Object.assign(client.options, { watchPositions: { fetchPositionsSnapshot: false } });
  },
  marketParams: {},
  clientId: plainId,
  orderParams: (_, clientOrderId) => ({ clientOrderId }),
  triggerParams: () => ({ workingType: 'CONTRACT_PRICE' }),
  marketNamesPrice: false,
  places: [
    { ask: 'one', params: {} },
    { ask: 'one', params: WAITING },
  ],
  openLists: [{}, WAITING],
  openPage: null,
  openMax: Number.POSITIVE_INFINITY,
  listPath: ({ path }) =>
    /\/(openOrders|openAlgoOrders|userTrades|income|positionRisk)$/.test(path) ? [] : null,
  // A stop that never was reached filled nothing, and does not say so.
  filled: info => info['executedQty'] ?? ('algoId' in info ? '0' : undefined),
  cancelWaiting: WAITING,
  became: ({ actualOrderId: id }) => (typeof id === 'string' && /^[1-9]/.test(id) ? id : null),
  unfit: ({ positionSide, isolatedMargin }) => {
    if (positionSide === 'LONG' || positionSide === 'SHORT') return 'hedge mode';
    return isolatedMargin !== undefined && Number(isolatedMargin) === 0 ? 'cross margin' : null;
  },
  mode: async (client, symbol) => {
    const { hedged } = await client.fetchPositionMode(symbol);
    const { marginMode, info } = await client.fetchMarginMode(symbol);
    const { leverage } = inside(info);
    return {
      ...{ hedged: hedged ?? null, margin: marginOf(marginMode) },
      leverage: leverage === undefined ? null : numberOf(leverage, 'leverage'),
    };
  },
  settings: (client, symbol, leverage) => [
    () => client.setPositionMode(false, symbol),
    () => client.setMarginMode('isolated', symbol),
    () => client.setLeverage(leverage, symbol),
  ],
  fills: { lengthMs: 7 * DAY_MS, pageMax: 500, params: untilIn('endTime') },
  fillKinds: [{}],
  fee: info => info['commission'],
  liquidation: () => false,
  funding: { lengthMs: 7 * DAY_MS, pageMax: 100, params: untilIn('endTime') },
  fundingIncome: info => info['income'],
  fundingRate: () => null,
  wallet: info => {
    const asset = listIn(inside(info)['assets']).find(one => one['asset'] === 'USDT');
    if (asset === undefined) throw new Unreadable('no balance of USDT');
    return unitsOf(asset['walletBalance'], 'walletBalance');
  },
  access,
  sayings: [
    ...sayingsOf('duplicate', ['-4116', '-20132']),
    ...sayingsOf('triggers-at-once', ['-2021', '-4142']),
    ...sayingsOf('no-position', ['-2022']),
    ...sayingsOf('no-change', ['-4046', '-4059']),
    // Its own words: the execution status is unknown.
    ...sayingsOf('unclear', ['-1000', '-1001', '-1006', '-1007']),
    ...sayingsOf('not-now', ['-1008', '-1016']),
    ...sayingsOf('refused', ['-4140', '-2010', '-2018', '-2019', '-2027', '-4164']),
    // Cancels of what is gone, and questions about what never was.
    ...sayingsOf('not-found', ['-2011', '-2013']),
  ],
  streams: [{}],
};

async function access(client: Client): Promise<VenueAccess> {
  const rights = await call(client, 'sapiGetAccountApiRestrictions');
  return {
    account: accountOfKey(client),
    mayTrade: rights['enableFutures'] === true,
    mayWithdraw: rights['enableWithdrawals'] !== false,
  };
}
