/**
 * Rows of tapes and funding files as text.
 *
 * Promises: plain decimals, as a reader gives them back bit for bit; a file is named as
 * tape-name.ts reads it.
 */
import { type Millis, timeframeName } from '../base/time.ts';
import type { Candle } from '../core/market.ts';

export const rowText = ({ time, open, high, low, close, volume }: Candle): string =>
  `${[time, open, high, low, close, volume].map(plainDecimal).join(',')}\n`;

export const fundingRowText = ({
  time,
  rate,
}: {
  readonly time: Millis;
  readonly rate: number;
}): string => `${time},${plainDecimal(rate)}\n`;

/** 7.6e-5 → 0.000076: other programs do not all read exponents. */
export function plainDecimal(value: number): string {
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const [whole = '', part = ''] = digits.replace('-', '').split('.');
  const shift = Number(exponent);
  if (shift > 0) return sign + whole + part.padEnd(shift, '0');
  return `${sign}0.${'0'.repeat(-shift - whole.length)}${whole}${part}`;
}

export interface Named {
  /** ccxt's id. */
  readonly exchange: string;
  /** `BTC/USDT:USDT` */
  readonly symbol: string;
}

const stemOf = ({ exchange, symbol }: Named): string => {
  const [base = '', quote = ''] = symbol.split(/[/:]/);
  return `${exchange.toUpperCase()}-${base}-${quote}`;
};

/** `KUCOINFUTURES-BTC-USDT-1m-PERP.csv.gz` */
export const tapeName = (named: Named, timeframeMs: Millis): string =>
  `${stemOf(named)}-${timeframeName(timeframeMs)}-PERP.csv.gz`;

/** `KUCOINFUTURES-BTC-USDT-PERP-funding.csv.gz` */
export const fundingName = (named: Named): string => `${stemOf(named)}-PERP-funding.csv.gz`;
