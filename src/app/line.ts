/**
 * The lines a person sees when the bot starts, resumes and stops.
 *
 * Promises: pure text; the start line holds `pid <n>`, the line after recovery begins with
 * `ready` (crash-test and outside checks read both); saved parts are told in a fixed order.
 */
import { type Millis, utcMinute } from '../base/time.ts';
import { counted, decimal, sizeText } from './number-text.ts';

export interface StartView {
  readonly version: string;
  readonly pid: number;
  /** `simulated market (not real prices)`, `tape BINANCE-BTC-USDT-1m-PERP.csv.gz`, ... */
  readonly market: string;
  readonly symbols: readonly string[];
  readonly directory: string;
  /** Real orders. */
  readonly isReal: boolean;
}

export const startLine = (view: StartView): string =>
  `holdfast ${view.version} pid ${view.pid}: ${view.isReal ? 'REAL trading of' : 'paper trading'} ${view.symbols.join(', ')} on ` +
  `${view.market}, state in ${view.directory}`;

export interface ReadyView {
  /** True for an empty directory. */
  readonly first: boolean;
  readonly seq: number;
  readonly candles: number;
  readonly trades: number;
  /** Quote currency. */
  readonly equity: number;
  /** Close of the last candle remembered. */
  readonly marketTime: Millis | null;
  readonly startupMs: Millis;
}

export function readyLine(view: ReadyView): string {
  const took = `${decimal(view.startupMs, 0)} ms`;
  if (view.first) return `ready: a new directory, nothing to resume (${took})`;
  const time = view.marketTime === null ? 'before the first candle' : utcMinute(view.marketTime);
  return (
    `ready: resumed at ${time} with ${counted(view.candles, 'candle')}, ` +
    `${counted(view.trades, 'trade')} and equity ${decimal(view.equity)} remembered ` +
    `(step ${view.seq}, ${took})`
  );
}

/** The order in which saved parts are told; others follow in the order of their list. */
export const SAVED_ORDER: readonly string[] = [
  'signal-model',
  'deep-signal-model',
  'q-table',
  'attention',
  'analytics',
  'risk-manager',
  'portfolio',
  'market',
  'run',
];

export function inSavedOrder<T extends { readonly id: string }>(components: readonly T[]): T[] {
  const rank = (id: string): number => {
    const place = SAVED_ORDER.indexOf(id);
    return place < 0 ? SAVED_ORDER.length : place;
  };
  return components.toSorted((a, b) => rank(a.id) - rank(b.id));
}

/** `saved risk manager      models/risk_manager_state.json  812 B, step 1234`. */
export const savedLine = (title: string, file: string, bytes: number, seq: number): string =>
  `saved ${title.padEnd(17)} ${file}  ${sizeText(bytes)}, step ${seq}`;
