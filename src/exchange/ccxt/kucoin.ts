/**
 * KuCoin futures: orders by contracts, stops in a list of their own, codes of six digits.
 *
 * Client ids are kept apart among open orders only, so KuCoin alone does not keep an order from being
 * sent twice: whoever sends looks first. Promises: `not-found` is said on the sentence that says so;
 * its code stands for wrong parameters too. Never: speaks to an account of KuCoin's unified kind, whose
 * margin is not isolated.
 */
import { DAY_MS } from '../../base/time.ts';
import type { VenueAccess } from '../../core/venue.ts';
import { plainId } from './client-id.ts';
import { inside, textOf, unitsOf } from './decimal.ts';
import { call, type Dialect, marginOf, sayingsOf, untilIn } from './dialect.ts';
import type { Client } from './load.ts';
import { Unfit } from './outcome.ts';

const PAGE = 50;
const WAITING = { trigger: true };

export const kucoin: Dialect = {
  name: 'KuCoin',
  tame: () => {},
  // With a key ccxt would ask for the markets of the spot margin, too.
  marketParams: { marginables: false },
  clientId: plainId,
  orderParams: ({ leverage }, clientOid) => ({ clientOid, marginMode: 'isolated', leverage }),
  triggerParams: () => ({ stopPriceType: 'TP' }),
  marketNamesPrice: false,
  places: [
    { ask: 'one', params: {} },
    { ask: 'open', params: WAITING },
    { ask: 'open', params: {} },
    { ask: 'closed', params: {} },
  ],
  openLists: [{}, WAITING],
  openPage: page => ({ currentPage: page, pageSize: PAGE }),
  openMax: PAGE,
  listPath: ({ method, path }) => {
    if (method !== 'GET') return null;
    if (/\/(orders|stopOrders|fills)$/.test(path)) return ['data', 'items'];
    if (path.endsWith('/positions')) return ['data'];
    return path.endsWith('/funding-history') ? ['data', 'dataList'] : null;
  },
  filled: info => info['filledSize'] ?? info['dealSize'],
  cancelWaiting: {},
  became: () => null,
  unfit: ({ positionSide, marginMode }) => {
    if (positionSide === 'LONG' || positionSide === 'SHORT') return 'hedge mode';
    return marginMode === 'CROSS' ? 'cross margin' : null;
  },
  // The leverage of isolated margin is the order's.
  mode: async (client, symbol) => {
    const { hedged } = await client.fetchPositionMode();
    const { marginMode } = await client.fetchMarginMode(symbol);
    return { hedged: hedged ?? null, margin: marginOf(marginMode), leverage: null };
  },
  settings: (client, symbol) => [
    async () => {
      const { hedged } = await client.fetchPositionMode();
      if (hedged !== false) await client.setPositionMode(false);
    },
    async () => {
      const { marginMode } = await client.fetchMarginMode(symbol);
      if (marginMode !== 'isolated') await client.setMarginMode('isolated', symbol);
    },
  ],
  // The page is KuCoin's own when no size is asked for: a larger one might be cut without a word.
  fills: {
    lengthMs: 7 * DAY_MS,
    pageMax: PAGE,
    params: untilIn('endAt'),
    turn: currentPage => ({ currentPage, pageSize: PAGE }),
  },
  fillKinds: [{}],
  fee: info => info['fee'],
  liquidation: info => info['tradeType'] === 'liquidation' || info['tradeType'] === 'adl',
  funding: { lengthMs: 7 * DAY_MS, pageMax: 10, params: untilIn('endAt') },
  fundingIncome: info => info['funding'],
  fundingRate: info => info['fundingRate'],
  wallet: info => {
    const { accountEquity, unrealisedPNL } = inside(inside(info)['data']);
    return unitsOf(accountEquity, 'accountEquity') - unitsOf(unrealisedPNL, 'unrealisedPNL');
  },
  access,
  sayings: [
    ['100001', 'not-found', /order.?not.?exist/i],
    ['100001', 'refused'],
    ['200000', 'no-position', /position does not exist/i],
    ['300009', 'no-position'],
    ['300018', 'duplicate'],
    ['1015', 'rate-limited'],
    ['429000', 'rate-limited'],
    ['200002', 'rate-limited', /too many/i],
    // ccxt takes it for a bad request.
    ['408000', 'unclear'],
    ...sayingsOf('not-now', ['300002', '300008', '300013', '300014', '300015']),
    ...sayingsOf('refused', ['40010', '100002', '100003', '100005', '200003', '200005', '300001']),
    ...sayingsOf('refused', ['300004', '300005', '300006', '300007', '300011', '300016', '300017']),
    ...sayingsOf('refused', ['330002', '330008']),
  ],
  streams: [{}, WAITING],
};

/** Permissions by which money can leave the account. */
const WITHDRAWALS = ['Withdrawal', 'Transfer', 'FlexTransfers'];
const TRADES = ['Futures', 'Trade'];

async function access(client: Client): Promise<VenueAccess> {
  const { isUTAEnabled } = client as unknown as { isUTAEnabled(): Promise<boolean> };
  if (await isUTAEnabled.call(client))
    throw new Unfit('KuCoin says that this account is a unified one, which has no isolated margin');
  const { data } = await call(client, 'privateGetUserApiKey');
  const { permission, uid } = inside(data);
  const granted = textOf(permission, 'permission').split(/[,\s]+/);
  return {
    account: textOf(uid, 'uid'),
    mayTrade: TRADES.some(name => granted.includes(name)),
    mayWithdraw: WITHDRAWALS.some(name => granted.includes(name)),
  };
}
