/**
 * The names of recorded market files, and what a name says of its content.
 *
 * Candles: `<EXCHANGE>-<BASE>-<QUOTE>-<timeframe>[-PERP].csv[.gz]`. Funding:
 * `<EXCHANGE>-<BASE>-<QUOTE>-PERP-funding.csv[.gz]`. Promises: a name gives one ccxt symbol of the
 * linear perpetual, `BASE/QUOTE:QUOTE`; a spot tape gives the same symbol and says `spot`.
 * Never: guesses. A name of another form is a config fault.
 */
import { basename } from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { type Millis, timeframeMs } from '../base/time.ts';

export interface TapeName {
  /** ccxt id: lower case. */
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframeMs: Millis;
  /** Recorded on the spot market; traded as if it were the perpetual. */
  readonly spot: boolean;
}

export interface FundingName {
  readonly exchange: string;
  readonly symbol: string;
}

const TAPE = /^([A-Z0-9]+)-([A-Z0-9]+)-([A-Z0-9]+)-([1-9]\d{0,3}[mhd])(-PERP)?\.csv(?:\.gz)?$/;
const FUNDING = /^([A-Z0-9]+)-([A-Z0-9]+)-([A-Z0-9]+)-PERP-funding\.csv(?:\.gz)?$/;

const symbolOf = (base: string, quote: string): string => `${base}/${quote}:${quote}`;

export function parseTapeName(file: string): TapeName {
  const [, exchange, base, quote, timeframe, perpetual] = TAPE.exec(basename(file)) ?? [];
  if (exchange === undefined || base === undefined || quote === undefined || !timeframe)
    throw new Fault(
      EXIT.config,
      `not the name of a tape: ${file}`,
      'name it <EXCHANGE>-<BASE>-<QUOTE>-<timeframe>[-PERP].csv[.gz], ' +
        'for instance BINANCE-BTC-USDT-1m-PERP.csv.gz',
    );
  return {
    exchange: exchange.toLowerCase(),
    symbol: symbolOf(base, quote),
    timeframeMs: timeframeMs(timeframe),
    spot: perpetual === undefined,
  };
}

export function parseFundingName(file: string): FundingName {
  const [, exchange, base, quote] = FUNDING.exec(basename(file)) ?? [];
  if (exchange === undefined || base === undefined || quote === undefined)
    throw new Fault(
      EXIT.config,
      `not the name of a funding file: ${file}`,
      'name it <EXCHANGE>-<BASE>-<QUOTE>-PERP-funding.csv[.gz], ' +
        'for instance BINANCE-BTC-USDT-PERP-funding.csv.gz',
    );
  return { exchange: exchange.toLowerCase(), symbol: symbolOf(base, quote) };
}
