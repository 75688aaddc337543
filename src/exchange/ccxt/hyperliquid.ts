/**
 * Hyperliquid perpetuals: signed actions of a wallet, errors in sentences, client ids of 128 bits.
 *
 * Unverified: from ccxt's source and Hyperliquid's documents. What a key may do is not told: an agent's
 * key cannot withdraw, the wallet's own can. Never: lets ccxt approve a fee for itself.
 */
import { DAY_MS } from '../../base/time.ts';
import { hyperliquidId } from './client-id.ts';
import { inside, textOf, unitsOf } from './decimal.ts';
import { type Dialect, listIn, type Setting, UNTOLD, untilIn } from './dialect.ts';
import type { Client } from './load.ts';

export const hyperliquid: Dialect = {
  name: 'Hyperliquid',
  tame: client => {
    // Before the first order ccxt signs an approval of a fee to its makers, and a referral.
    const tamed = client as unknown as { initializeClient(): Promise<boolean> };
    tamed.initializeClient = async () => true;
  },
  marketParams: {},
  clientId: hyperliquidId,
  orderParams: (_, clientOrderId) => ({ clientOrderId }),
  triggerParams: () => ({}),
  marketNamesPrice: true,
  places: [{ ask: 'one', params: {} }],
  openLists: [{}],
  openPage: null,
  openMax: Number.POSITIVE_INFINITY,
  listPath: ({ body }) =>
    /"(frontendOpenOrders|userFills\w*|userFunding)"/.test(body) ? [] : null,
  filled: (_, order) => order.filled,
  cancelWaiting: {},
  became: () => null,
  unfit: ({ position }) =>
    inside(inside(position)['leverage'])['type'] === 'cross' ? 'cross margin' : null,
  mode: async () => UNTOLD,
  settings: (client, symbol, leverage): readonly Setting[] => [
    () => client.setMarginMode('isolated', symbol, { leverage }),
  ],
  fills: { lengthMs: 7 * DAY_MS, pageMax: 2000, params: untilIn('until') },
  fillKinds: [{}],
  fee: info => info['fee'],
  liquidation: ({ liquidation, liquidationMarkPx: price }) =>
    (liquidation ?? null) !== null || (price ?? null) !== null,
  funding: { lengthMs: 7 * DAY_MS, pageMax: 500, params: untilIn('until') },
  fundingIncome: info => inside(info['delta'])['usdc'],
  fundingRate: info => inside(info['delta'])['fundingRate'],
  wallet: info => {
    const { marginSummary, assetPositions } = inside(info);
    return listIn(assetPositions).reduce(
      (sum, { position }) => sum - unitsOf(inside(position)['unrealizedPnl'], 'unrealizedPnl'),
      unitsOf(inside(marginSummary)['accountValue'], 'accountValue'),
    );
  },
  access: async client => ({
    account: textOf((client as unknown as Wallet).walletAddress, 'walletAddress').toLowerCase(),
    mayTrade: true,
    mayWithdraw: null,
  }),
  sayings: [
    ['', 'no-position', /reduce only order would increase position/i],
    ['', 'triggers-at-once', /invalid tp\/sl price/i],
    ['', 'not-now', /no liquidity available|could not immediately match/i],
    ['', 'duplicate', /cloid.*(already|duplicate)|duplicate cloid/i],
    ['', 'rate-limited', /too many cumulative requests/i],
  ],
  streams: [{}],
};

/** The address is no secret: it is where the account is looked up. */
interface Wallet extends Client {
  readonly walletAddress: string;
}
