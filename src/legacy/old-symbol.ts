/**
 * Symbols, sides and reasons as bots spell them, in the words of this product.
 */
import type { Direction, ExitReason } from '../core/order.ts';
import { printable } from './finding.ts';
import { plainName } from './python-value.ts';

const QUOTES = ['USDT', 'USDC', 'BUSD', 'FDUSD', 'USD', 'EUR', 'BTC', 'ETH'];

/** `BTCUSDT`, `BTC/USDT`, `BTC-USDT-SWAP` → `BTC/USDT:USDT`; what is none of these stays as it is. */
export function symbolOf(text: string): string {
  if (/^[^/]+\/[^/:]+:[^:]+$/.test(text)) return printable(text);
  const parts = text
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(part => part !== '' && !/^(PERP|SWAP|UMCBL)$/.test(part));
  const [first = '', second] = parts;
  if (second !== undefined) return `${first}/${second}:${second}`;
  const quote = QUOTES.find(each => first.endsWith(each) && first.length > each.length);
  return quote === undefined
    ? printable(text)
    : `${first.slice(0, -quote.length)}/${quote}:${quote}`;
}

export function directionOf(text: string): Direction | null {
  const name = plainName(text.split('.').at(-1) ?? '');
  if (/^(long|buy|bid|l|1)$/.test(name)) return 'long';
  return /^(short|sell|ask|s)$/.test(name) || text === '-1' ? 'short' : null;
}

const REASONS: readonly (readonly [pattern: RegExp, reason: ExitReason])[] = [
  [/liquid/, 'liquidation'],
  [/trail/, 'trailing_stop_loss'],
  [/stop|^sl$/, 'stop_loss'],
  [/profit|target|^tp\d?$|^roi$/, 'take_profit'],
  [/time|expir|maxhold|duration/, 'time_exit'],
  [/signal|reverse|opposite|strategy|model/, 'exit_signal'],
  [/force|manual|shutdown|emergency|kill|close/, 'force_exit'],
];

export function exitReasonOf(text: string): ExitReason | null {
  const name = plainName(text.split('.').at(-1) ?? '');
  return REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
