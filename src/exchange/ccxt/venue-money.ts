/**
 * What happened to an account's money: fills, funding, positions, the wallet.
 *
 * Promises: amounts are read from the exchange's own decimals; a fee in another currency than the
 * contract's is an error that says so. Never: adds two floats.
 */
import type { FundingHistory, Position, Trade } from 'ccxt';
import type { Units } from '../../base/money.ts';
import type { Result } from '../../base/result.ts';
import type { VenueFill, VenueFunding, VenuePosition } from '../../core/venue.ts';
import { fillKeyOf } from '../../core/venue-books.ts';
import { type Account, ask, clockOf, stepOf } from './account.ts';
import { inside, lotsOf, numberOf, textOf, unitsOf } from './decimal.ts';
import type { Dialect, Params } from './dialect.ts';
import type { Client } from './load.ts';
import { Unfit, Unreadable } from './outcome.ts';
import { allOf } from './span.ts';

export function fillsOf(
  account: Account,
  symbol: string,
  since: number,
): Promise<Result<readonly VenueFill[]>> {
  const { dialect } = account;
  return ask(account, async client => {
    const found: VenueFill[] = [];
    for (const kind of dialect.fillKinds)
      found.push(...(await fillsOfKind(client, dialect, { symbol, since, kind })));
    return found.sort((a, b) => a.time - b.time);
  });
}

interface Kind {
  readonly symbol: string;
  readonly since: number;
  readonly kind: Params;
}

function fillsOfKind(client: Client, dialect: Dialect, { symbol, since, kind }: Kind) {
  const { fills: span } = dialect;
  return allOf({
    ...{ span, since, now: clockOf(client) },
    part: (start, params) => client.fetchMyTrades(symbol, start, undefined, { ...kind, ...params }),
    read: trade => readFill(client, dialect, trade),
    key: fillKeyOf,
    time: fill => fill.time,
  });
}

export function readFill(client: Client, dialect: Dialect, trade: Trade): VenueFill {
  const info = inside(trade.info);
  const symbol = textOf(trade.symbol, 'symbol of a fill');
  const fee = unitsOf(dialect.fee(info), 'fee of a fill');
  checkCurrency(client, symbol, { fee, currency: trade.fee?.currency });
  if (trade.side !== 'buy' && trade.side !== 'sell') throw new Unreadable('side of a fill');
  return {
    fillId: textOf(trade.id, 'id of a fill'),
    venueId: textOf(trade.order, 'order of a fill'),
    symbol,
    side: trade.side,
    price: numberOf(trade.price, 'price of a fill'),
    lots: lotsOf(trade.amount, stepOf(client, symbol), 'size of a fill'),
    fee,
    liquidity: trade.takerOrMaker === 'maker' ? 'maker' : 'taker',
    liquidation: dialect.liquidation(info),
    time: numberOf(trade.timestamp, 'time of a fill'),
  };
}

function checkCurrency(
  client: Client,
  symbol: string,
  { fee, currency }: { readonly fee: Units; readonly currency: string | undefined },
): void {
  const { settle } = client.market(symbol);
  if (fee === 0 || currency === undefined || currency === settle) return;
  throw new Unfit(
    `a fee was taken in ${currency}, and only ${settle} is counted: switch that off at the exchange`,
  );
}

export function fundingOf(
  account: Account,
  symbol: string,
  since: number,
): Promise<Result<readonly VenueFunding[]>> {
  const { dialect } = account;
  const { funding: span } = dialect;
  return ask(account, client =>
    allOf({
      ...{ span, since, now: clockOf(client) },
      part: (start, params) => client.fetchFundingHistory(symbol, start, undefined, params),
      read: payment => readFunding(dialect, symbol, payment),
      key: payment => String(payment.time),
      time: payment => payment.time,
    }),
  );
}

export function readFunding(
  dialect: Dialect,
  symbol: string,
  payment: FundingHistory,
): VenueFunding {
  const info = inside(payment.info);
  const rate = dialect.fundingRate(info) ?? null;
  return {
    symbol,
    time: numberOf(payment.timestamp, 'time of a funding payment'),
    rate: rate === null ? null : numberOf(rate, 'rate of a funding payment'),
    // 0 − 0 is 0, and −0 is no amount.
    amount: 0 - unitsOf(dialect.fundingIncome(info), 'amount of a funding payment'),
  };
}

export function positionsOf(account: Account): Promise<Result<readonly VenuePosition[]>> {
  return ask(account, async client =>
    (await client.fetchPositions()).flatMap(position =>
      readPosition(client, account.dialect, position),
    ),
  );
}

/** None where nothing is held, or in a contract of another kind or one that is not listed. */
export function readPosition(
  client: Client,
  dialect: Dialect,
  position: Position,
): readonly VenuePosition[] {
  const symbol = textOf(position.symbol, 'symbol of a position');
  if (client.markets?.[symbol]?.linear !== true) return [];
  const lots = lotsOf(position.contracts, stepOf(client, symbol), 'size of a position');
  if (lots === 0) return [];
  const { side } = position;
  if (side !== 'long' && side !== 'short') throw new Unreadable('side of a position');
  const info = inside(position.info);
  return [
    {
      symbol,
      direction: side,
      lots,
      entryPrice: numberOf(position.entryPrice, 'entry price of a position'),
      leverage: leverageOf(position, info),
      unfit: dialect.unfit(info),
      time: numberOf(info['openingTimestamp'] ?? position.timestamp ?? clockOf(client), 'time'),
    },
  ];
}

/** KuCoin has the one of the moment under ccxt's name, and the chosen one under its own. */
function leverageOf({ leverage }: Position, info: Params): number {
  const told = info['leverage'] ?? leverage ?? 1;
  return Math.max(1, Math.round(numberOf(told, 'leverage')));
}

export function walletOf(account: Account): Promise<Result<Units>> {
  return ask(account, async client => account.dialect.wallet((await client.fetchBalance()).info));
}
