/**
 * Bybit linear perpetuals: one list for orders and stops, asked for by the id alone.
 *
 * Unverified: from ccxt's source and Bybit's documents. Margin is isolated for the whole account on
 * unified accounts, and ccxt asks whose key it is before each kind of request.
 */
import { DAY_MS } from '../../base/time.ts';
import type { VenueAccess } from '../../core/venue.ts';
import { plainId } from './client-id.ts';
import { inside, textOf, unitsOf } from './decimal.ts';
import {
  call,
  type Dialect,
  listIn,
  marginOf,
  negated,
  sayingsOf,
  UNTOLD,
  untilIn,
} from './dialect.ts';
import type { Client } from './load.ts';
import { Unreadable } from './outcome.ts';

const KEYS = { client: 'orderLinkId', venue: 'orderId' };
const WAITING = { trigger: true };
const PAGE = 50;

export const bybit: Dialect = {
  name: 'Bybit',
  tame: () => {},
  marketParams: {},
  clientId: plainId,
  orderParams: (_, clientOrderId) => ({ clientOrderId, positionIdx: 0 }),
  triggerParams: () => ({ triggerBy: 'LastPrice' }),
  marketNamesPrice: false,
  places: [
    { ask: 'open', params: {}, keys: KEYS },
    { ask: 'open', params: WAITING, keys: KEYS },
    // ccxt's closed orders of Bybit's are the filled ones: those that were canceled are elsewhere.
    { ask: 'history', params: {}, keys: KEYS },
  ],
  openLists: [{}, WAITING],
  openPage: null,
  openMax: PAGE,
  listPath: ({ path }) =>
    /\/(realtime|history|execution\/list|position\/list)$/.test(path) ? ['result', 'list'] : null,
  filled: info => info['cumExecQty'],
  cancelWaiting: {},
  became: () => null,
  // Its margin mode is the account's, and a position says nothing of it.
  unfit: ({ positionIdx }) => (Number(positionIdx ?? 0) === 0 ? null : 'hedge mode'),
  mode: async (client, symbol) => {
    const { marginMode } = await client.fetchMarginMode(symbol);
    return { ...UNTOLD, margin: marginOf(marginMode) };
  },
  settings: (client, symbol, leverage) => [
    () => client.setPositionMode(false, symbol),
    () => client.setMarginMode('isolated', symbol, { leverage: String(leverage) }),
    () => client.setLeverage(leverage, symbol),
  ],
  fills: {
    lengthMs: 7 * DAY_MS,
    pageMax: PAGE,
    params: untilIn('endTime'),
    // ccxt has it with one row of a page that is not the last.
    turn: (_, before) => {
      const row = before.find(one => 'nextPageCursor' in one);
      return row === undefined ? null : { cursor: row['nextPageCursor'] };
    },
  },
  fillKinds: [{}, { execType: 'BustTrade' }, { execType: 'AdlTrade' }],
  fee: info => info['execFee'],
  liquidation: ({ execType }) => execType === 'BustTrade' || execType === 'AdlTrade',
  funding: { lengthMs: 7 * DAY_MS, pageMax: PAGE, params: untilIn('endTime') },
  fundingIncome: info => negated(info['execFee']),
  fundingRate: info => info['feeRate'],
  wallet: info => {
    const [account] = listIn(inside(inside(info)['result'])['list']);
    const coin = listIn(account?.['coin']).find(one => one['coin'] === 'USDT');
    if (coin === undefined) throw new Unreadable('no balance of USDT');
    return unitsOf(coin['walletBalance'], 'walletBalance');
  },
  access,
  sayings: [
    ...sayingsOf('duplicate', ['110030', '110072', '12141', '140030']),
    ...sayingsOf('triggers-at-once', ['110092', '110093']),
    ...sayingsOf('no-position', ['110017']),
    ...sayingsOf('no-change', ['110025', '110026', '110027', '110043', '140025', '140026']),
    ...sayingsOf('no-change', ['140043', '34036', '30084']),
    ...sayingsOf('rate-limited', ['10006', '10018']),
    // Duplicate *request*, server errors and time-outs that ccxt has among the refusals.
    ...sayingsOf('unclear', ['5004', '10000', '10014', '10016', '170001', '170032', '170146']),
    ...sayingsOf('unclear', ['170147', '340099']),
    ...sayingsOf('not-found', ['110001', '20001']),
  ],
  streams: [{}],
};

async function access(client: Client): Promise<VenueAccess> {
  const result = inside((await call(client, 'privateGetV5UserQueryApi'))['result']);
  const permissions = inside(result['permissions']);
  const granted = (name: string): readonly unknown[] =>
    Array.isArray(permissions[name]) ? (permissions[name] as unknown[]) : [];
  const trades = [...granted('ContractTrade'), ...granted('Derivatives')];
  return {
    account: textOf(result['userID'], 'userID'),
    mayTrade: Number(result['readOnly']) === 0 && trades.length > 0,
    mayWithdraw: granted('Wallet').includes('Withdraw'),
  };
}
