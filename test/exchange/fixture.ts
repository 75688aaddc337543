/**
 * A test exchange with a client on it, over candles that a test writes as open, high, low, close.
 *
 * Promises: what was opened is closed by `closeAll`. Never: used outside tests.
 */
import type { Client } from '../../src/exchange/ccxt/load.ts';
import { clientOf, KEYS } from './client.ts';
import { type ExchangeOptions, TestExchange } from './exchange.ts';
import { type Tape, tapeOf } from './tape.ts';

export const MINUTE = 60_000;
/** Five minutes before a settlement of funding. */
export const START = 1_700_035_200_000 - 5 * MINUTE;
export const BTC = 'BTC/USDT:USDT';
/** KuCoin's name of it. */
export const XBT = 'XBTUSDTM';

type Row = readonly [open: number, high: number, low: number, close: number];

/** Candles of a minute from START on. */
export const tape = (...rows: readonly Row[]): Tape =>
  tapeOf(
    'BTC',
    rows.map(([open, high, low, close], index) => ({
      ...{ time: START + index * MINUTE, open, high, low, close, volume: 4 },
    })),
  );

/** The price does not move. */
export const still = (price: number, count: number): Tape =>
  tape(...Array.from({ length: count }, (): Row => [price, price, price, price]));

export interface Opened {
  readonly exchange: TestExchange;
  readonly client: Client;
}

const opened: { close(): Promise<unknown> }[] = [];

/** Markets are loaded; faults by chance begin after that. */
export async function openWith(options: ExchangeOptions): Promise<Opened> {
  const exchange = await TestExchange.open(options);
  exchange.faults.isOn = false;
  opened.push(exchange);
  const client = await clientOf(exchange, KEYS);
  opened.push(client);
  await client.loadMarkets();
  exchange.faults.isOn = true;
  return { exchange, client };
}

export const closeAll = async (): Promise<void> => {
  await Promise.all(opened.map(one => one.close()));
};

/** Waits until something holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}
