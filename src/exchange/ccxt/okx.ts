/**
 * OKX linear swaps: stops are "algo" orders with ids of their own, which become orders when reached.
 *
 * Unverified: from ccxt's source and OKX's documents.
 */
import { DAY_MS } from '../../base/time.ts';
import type { VenueAccess } from '../../core/venue.ts';
import { plainId } from './client-id.ts';
import { inside, textOf, unitsOf } from './decimal.ts';
import { call, type Dialect, listIn, negated, type Params, sayingsOf, UNTOLD } from './dialect.ts';
import type { Client } from './load.ts';
import { Unreadable } from './outcome.ts';

const WAITING = { trigger: true };
/** ccxt lists the kind `trigger`; stops and targets of ours are of this kind. */
const WAITING_LIST = { trigger: true, ordType: 'conditional' };
const PAGE = 100;

const beginEnd = (begin: number, end: number | null): Params => ({
  begin,
  ...(end === null ? {} : { end }),
});

export const okx: Dialect = {
  name: 'OKX',
  tame: () => {},
  marketParams: {},
  clientId: plainId,
  orderParams: (_, clientOrderId) => ({ clientOrderId, marginMode: 'isolated' }),
  triggerParams: (_, algoClOrdId) => ({ algoClOrdId }),
  marketNamesPrice: false,
  places: [
    { ask: 'one', params: {} },
    { ask: 'one', params: WAITING },
  ],
  openLists: [{}, WAITING_LIST],
  openPage: null,
  openMax: PAGE,
  // All its answers are lists.
  listPath: () => ['data'],
  // A stop that never was reached filled nothing, and does not say so.
  filled: info => info['accFillSz'] ?? ('algoClOrdId' in info ? '0' : undefined),
  cancelWaiting: WAITING,
  became: ({ algoId, ordId }) =>
    typeof algoId === 'string' && algoId !== '' && typeof ordId === 'string' && /^[1-9]/.test(ordId)
      ? ordId
      : null,
  unfit: ({ posSide, mgnMode }) => {
    if (posSide === 'long' || posSide === 'short') return 'hedge mode';
    return mgnMode === 'cross' ? 'cross margin' : null;
  },
  // Margin is named with each order.
  mode: async client => {
    const { hedged } = await client.fetchPositionMode();
    return { ...UNTOLD, hedged: hedged ?? null };
  },
  settings: (client, symbol, leverage) => [
    () => client.setPositionMode(false),
    () => client.setLeverage(leverage, symbol, { marginMode: 'isolated' }),
  ],
  fills: {
    lengthMs: 7 * DAY_MS,
    pageMax: PAGE,
    params: beginEnd,
    turn: (_, before) => ({ after: oldestOf(before) }),
  },
  fillKinds: [{}],
  // OKX's signs are those of the balance: what is paid is negative.
  fee: info => negated(info['fee']),
  liquidation: ({ subType }) => LIQUIDATIONS.includes(String(subType)),
  // ccxt takes the symbol out of all bills, so a day must hold fewer than a page of them.
  funding: { lengthMs: DAY_MS, pageMax: PAGE, params: beginEnd },
  fundingIncome: ({ balChg, posBalChg }) => (Number(balChg) === 0 ? posBalChg : balChg),
  fundingRate: () => null,
  wallet: info => {
    const [account] = listIn(inside(info)['data']);
    const detail = listIn(account?.['details']).find(one => one['ccy'] === 'USDT');
    if (detail === undefined) throw new Unreadable('no balance of USDT');
    return unitsOf(detail['cashBal'], 'cashBal');
  },
  access,
  sayings: [
    ...sayingsOf('duplicate', ['51016', '51065']),
    ...sayingsOf('triggers-at-once', ['51277', '51278', '51279', '51280']),
    ...sayingsOf('no-position', ['51023', '51169']),
    ...sayingsOf('unclear', ['50004', '50026', '51149', '63999', '4006']),
    ...sayingsOf('not-now', ['50001', '50013', '51001']),
    ...sayingsOf('rate-limited', ['50011', '50061']),
    ...sayingsOf('refused', ['51000', '59000', '59101', '59107']),
    ...sayingsOf('not-found', ['51400', '51401', '51402', '51503', '51603']),
  ],
  streams: [{}, WAITING],
};

/** OKX lists the newest first, by bills that count up; their numbers are beyond a float's. */
function oldestOf(fills: readonly Params[]): string {
  const ids = fills.map(({ billId }) => textOf(billId, 'billId'));
  return ids.reduce((oldest, id) => (isLess(id, oldest) ? id : oldest));
}

const isLess = (a: string, b: string): boolean =>
  a.length === b.length ? a < b : a.length < b.length;

/** Partial and whole liquidations, and deleveraging. */
const LIQUIDATIONS = ['100', '101', '102', '103', '104', '105', '106', '107', '125', '126'];

async function access(client: Client): Promise<VenueAccess> {
  const [account] = listIn((await call(client, 'privateGetAccountConfig'))['data']);
  const rights = textOf(account?.['perm'], 'perm').split(',');
  return {
    account: textOf(account?.['uid'], 'uid'),
    mayTrade: rights.includes('trade'),
    mayWithdraw: rights.includes('withdraw'),
  };
}
