/**
 * Gate perpetuals: client ids are a text behind `t-`, stops are asked for in lists.
 *
 * Unverified: from ccxt's source and Gate's documents. Gate knows a done order by its text for an hour
 * or so; the lists are asked after that. What a key may do is not told.
 */
import { DAY_MS } from '../../base/time.ts';
import { gateId } from './client-id.ts';
import { inside, textOf, unitsOf } from './decimal.ts';
import { call, type Dialect, type Params, sayingsOf, UNTOLD } from './dialect.ts';

const WAITING = { trigger: true };
const PAGE = 100;
const SECOND = 1000;

export const gate: Dialect = {
  name: 'Gate',
  tame: client => {
    // What names no contract is of the account of futures: ccxt would take the one of coins.
    Object.assign(client.options, { defaultType: 'swap' });
  },
  marketParams: {},
  clientId: gateId,
  orderParams: (_, clientOrderId) => ({ clientOrderId }),
  triggerParams: () => ({ price_type: 0 }),
  marketNamesPrice: false,
  places: [
    { ask: 'one', params: {} },
    { ask: 'open', params: WAITING },
    { ask: 'closed', params: WAITING },
    { ask: 'closed', params: {} },
  ],
  openLists: [{}, WAITING],
  openPage: null,
  openMax: PAGE,
  listPath: ({ method, path }) =>
    method === 'GET' &&
    /\/(orders|price_orders|my_trades_timerange|account_book|positions)$/.test(path)
      ? []
      : null,
  filled: (_, order) => order.filled,
  cancelWaiting: WAITING,
  became: info => {
    const id = String(info['trade_id'] ?? '0');
    return 'trigger' in info && /^[1-9]/.test(id) ? id : null;
  },
  unfit: ({ mode, leverage }) => {
    if (String(mode ?? '').startsWith('dual')) return 'hedge mode';
    return leverage !== undefined && Number(leverage) === 0 ? 'cross margin' : null;
  },
  mode: async () => UNTOLD,
  settings: (client, symbol, leverage) => [
    () => client.setPositionMode(false, symbol),
    () => client.setLeverage(leverage, symbol, { marginMode: 'isolated' }),
  ],
  fills: {
    lengthMs: 7 * DAY_MS,
    pageMax: PAGE,
    params: (_, until) => (until === null ? {} : { until }),
    turn: page => ({ offset: (page - 1) * PAGE }),
  },
  fillKinds: [{}],
  fee: info => info['fee'],
  liquidation: info => /liq/.test(String(info['text'] ?? '')),
  funding: {
    lengthMs: 7 * DAY_MS,
    pageMax: PAGE,
    // Gate counts seconds, and a second that has begun is asked for whole.
    params: (_, until) => (until === null ? {} : { to: Math.ceil(until / SECOND) }),
  },
  fundingIncome: info => info['change'],
  fundingRate: () => null,
  // The sum of all that ever came and went: unrealised profit is not in it.
  wallet: info => unitsOf(firstOf(info)['total'], 'total'),
  access: async client => {
    const { user_id: user } = await call(client, 'privateAccountGetDetail');
    const account = textOf(user, 'user_id');
    // Its streams of orders are asked for by the user's number.
    client.uid ||= account;
    return { account, mayTrade: true, mayWithdraw: null };
  },
  sayings: [
    ...sayingsOf('triggers-at-once', [
      'AUTO_TRIGGER_PRICE_LESS_LAST',
      'AUTO_TRIGGER_PRICE_GREATE_LAST',
    ]),
    ...sayingsOf('no-position', ['POSITION_EMPTY', 'INCREASE_POSITION', 'REDUCE_EXCEEDED']),
    ...sayingsOf('no-change', ['NO_CHANGE']),
    ...sayingsOf('rate-limited', ['TOO_MANY_REQUESTS']),
    ...sayingsOf('unclear', ['INTERNAL', 'SERVER_ERROR', 'TOO_BUSY']),
    ['INVALID_PARAM_VALUE', 'duplicate', /duplicate|repeat/i],
    ...sayingsOf('not-found', ['ORDER_NOT_FOUND', 'AUTO_ORDER_NOT_FOUND', 'ORDER_FINISHED']),
  ],
  streams: [{}],
};

const firstOf = (info: unknown): Params => inside(Array.isArray(info) ? info[0] : info);
