/**
 * The status line: what the bot holds right now, in one line.
 *
 * Promises: a pure function of its view; never wider than the terminal (what matters least is
 * left out first). Never: looks anything up.
 */
import { type Millis, utcMinute } from '../base/time.ts';
import { type Hold, liftCommand } from './hold.ts';
import {
  decimal,
  durationText,
  percent,
  priceText,
  signed,
  signedPercent,
  sizeText,
  UNKNOWN,
} from './number-text.ts';

export interface SymbolView {
  /** `BTC/USDT:USDT`. */
  readonly symbol: string;
  readonly price: number | null;
  readonly position: {
    readonly direction: 'long' | 'short';
    /** Base units. */
    readonly quantity: number;
    /** Unrealised profit over the margin put up; null where that is nothing. */
    readonly profitRatio: number | null;
  } | null;
}

/** Amounts are in quote currency, shares are fractions. */
export interface StatusView {
  /** Close of the last candle; null before the first. */
  readonly marketTime: Millis | null;
  readonly symbols: readonly SymbolView[];
  readonly equity: number;
  readonly dayProfit: number;
  readonly drawdown: number;
  readonly openTrades: number;
  readonly closedTrades: number;
  readonly candles: number;
  /** Null where it is not measured. */
  readonly candlesPerSecond: number | null;
  /** Share of the tape that is done; null where the market has no end. */
  readonly progress: number | null;
  /** Wall time since the last checkpoint; null: none yet. */
  readonly checkpointAgeMs: Millis | null;
  readonly journalBytes: number;
  /** How a live market is followed; null: it is none. */
  readonly following: string | null;
  /** What stops entries, or null. */
  readonly halted: Pick<Hold, 'reason' | 'lift'> | null;
  readonly directory: string;
}

/** One piece of the line; the lowest rank is left out first. */
interface Piece {
  readonly text: string;
  readonly rank: number;
}

const SEPARATOR = ' │ ';

const baseOf = (symbol: string): string => symbol.split('/')[0] ?? symbol;

function symbolText(view: SymbolView): string {
  const price = `${baseOf(view.symbol)} ${priceText(view.price)}`;
  if (view.position === null) return `${price} flat`;
  const { direction, quantity, profitRatio } = view.position;
  return `${price} ${direction} ${quantity} (${signedPercent(profitRatio, 1)})`;
}

function pieces(view: StatusView): Piece[] {
  const time = view.marketTime === null ? UNKNOWN : utcMinute(view.marketTime);
  const list: Piece[] = [{ text: time, rank: 9 }];
  view.symbols.forEach((one, index) => {
    const held = one.position !== null;
    // A position is never hidden behind what can be looked up elsewhere.
    list.push({ text: symbolText(one), rank: held || index === 0 ? 8 : 5 });
  });
  list.push({ text: `equity ${decimal(view.equity)}`, rank: 10 });
  list.push({ text: `day ${signed(view.dayProfit)}`, rank: 7 });
  list.push({ text: `drawdown ${percent(view.drawdown, 1)}`, rank: 6 });
  if (view.halted !== null) {
    list.push({ text: `no entries: ${view.halted.reason}`, rank: 8 });
    list.push({ text: liftCommand(view.halted, view.directory), rank: 4 });
  }
  if (view.following !== null) list.push({ text: view.following, rank: 7 });
  const age = view.checkpointAgeMs;
  list.push({ text: age === null ? 'not saved yet' : `saved ${durationText(age)} ago`, rank: 4 });
  list.push({ text: `journal ${sizeText(view.journalBytes)}`, rank: 3 });
  if (view.progress !== null) list.push({ text: percent(view.progress, 1), rank: 2 });
  if (view.candlesPerSecond !== null)
    list.push({ text: `${decimal(view.candlesPerSecond, 0)} candles/s`, rank: 1 });
  return list;
}

/** The line, at most `width` characters. */
export function statusLine(view: StatusView, width: number): string {
  const list = pieces(view);
  let text = join(list);
  while (text.length > width && list.length > 1) {
    const lowest = Math.min(...list.map(piece => piece.rank));
    list.splice(
      list.findLastIndex(piece => piece.rank === lowest),
      1,
    );
    text = join(list);
  }
  return text.slice(0, Math.max(0, width));
}

const join = (list: readonly Piece[]): string => list.map(piece => piece.text).join(SEPARATOR);
