/**
 * The venue on ccxt: one account at one of the six exchanges (core/venue.ts is the port).
 *
 * Promises: what the port does. Each method is one question: nothing is kept between two of them but
 * ccxt's list of markets and the difference of the clocks. Never: sends an order twice, or believes a
 * stream.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { failed, ok, type Result } from '../../base/result.ts';
import type { Venue } from '../../core/venue.ts';
import { type Account, ask, clockOf, openAccount, readClock } from './account.ts';
import { binance } from './binance.ts';
import { bybit } from './bybit.ts';
import type { Dialect, Key } from './dialect.ts';
import { gate } from './gate.ts';
import { hyperliquid } from './hyperliquid.ts';
import { kucoin } from './kucoin.ts';
import type { Client } from './load.ts';
import { okx } from './okx.ts';
import { fillsOf, fundingOf, positionsOf, walletOf } from './venue-money.ts';
import { findOrder, openOrdersOf, sendTicket } from './venue-order.ts';
import { watchAccount } from './venue-watch.ts';

/** By ccxt's ids. */
export const DIALECTS: Readonly<Record<string, Dialect>> = {
  binanceusdm: binance,
  ...{ bybit, gate, hyperliquid, okx },
  kucoinfutures: kucoin,
};

/** `client`: with keys, and the venue's own; what ends `watch` closes its streams. */
export function ccxtVenue(client: Client): Venue {
  const dialect = DIALECTS[client.id];
  if (dialect === undefined)
    throw new Fault(
      EXIT.config,
      `no real orders are sent to ${client.id}`,
      `choose one of ${Object.keys(DIALECTS).join(', ')}`,
    );
  const account = openAccount(client, dialect);
  const keyOf = (clientId: string): Key => ({
    by: 'client',
    id: dialect.clientId.encode(clientId),
  });
  return {
    now: () => clockOf(client),
    async access() {
      await readClock(client);
      return ask(account, dialect.access);
    },
    mode: symbol => ask(account, client => dialect.mode(client, symbol)),
    prepare: (symbol, leverage) => prepare(account, symbol, leverage),
    place: ticket => sendTicket(account, ticket),
    find: (clientId, symbol) => findOrder(account, keyOf(clientId), symbol),
    order: (venueId, symbol) => findOrder(account, { by: 'venue', id: venueId }, symbol),
    cancel: (clientId, symbol) => cancel(account, keyOf(clientId), symbol),
    openOrders: symbol => openOrdersOf(account, symbol),
    fills: (symbol, since) => fillsOf(account, symbol, since),
    funding: (symbol, since) => fundingOf(account, symbol, since),
    positions: () => positionsOf(account),
    wallet: () => walletOf(account),
    watch: onHint => watchAccount(account, onHint),
  };
}

async function prepare(account: Account, symbol: string, leverage: number): Promise<Result<null>> {
  for (const setting of account.dialect.settings(account.client, symbol, leverage)) {
    const done = await ask(account, setting);
    if (!done.ok && done.error.code !== 'no-change') return done;
  }
  return ok(null);
}

/** Looks before and after: the answer to a cancel is not believed, whichever it is. */
async function cancel(account: Account, key: Key, symbol: string): Promise<Result<null>> {
  const before = await findOrder(account, key, symbol);
  if (!before.ok) return before;
  if (!before.value.open) return ok(null);
  const { venueId, trigger } = before.value;
  const params = trigger === null ? {} : account.dialect.cancelWaiting;
  const asked = await ask(account, client => client.cancelOrder(venueId, symbol, { ...params }));
  const after = await findOrder(account, key, symbol);
  if (!after.ok) return after.error.code === 'not-found' ? ok(null) : after;
  if (!after.value.open) return ok(null);
  return asked.ok
    ? failed('cancel-pending', 'the cancel was taken, and is not done yet', true)
    : asked;
}
