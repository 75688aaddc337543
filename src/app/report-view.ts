/**
 * What a report tells: of a run that was just made, or of what a directory remembers.
 *
 * Promises: plain data; amounts in quote currency, shares as fractions, times in UTC milliseconds;
 * null where something is not known. Never: a secret, or anything of the wall clock, so that the
 * same memory gives the same report.
 */
import type { Millis } from '../base/time.ts';
import type { Mode } from '../core/fact.ts';
import type { Metrics } from '../trade/metrics.ts';
import type { RecordedFile } from './recorded-file.ts';
import type { Reliability } from './reliability.ts';
import type { Hold, WalkForward } from './walk-forward.ts';

export interface ReportView {
  /** The last step. */
  readonly seq: number;
  /** As it was named; null: nothing was kept. */
  readonly directory: string | null;
  readonly quote: string;
  /** Times of the first equity point and of the last candle; null before them. */
  readonly from: Millis | null;
  readonly to: Millis | null;
  readonly candles: number;
  readonly openTrades: number;
  /** As the summary and `--json` have them. */
  readonly metrics: Metrics;
  /** Known for a backtest alone. */
  readonly hold: HoldView | null;
  readonly equity: EquityView;
  readonly years: readonly YearReturns[];
  readonly trades: TradesView;
  readonly positions: readonly PositionView[];
  readonly breakers: readonly BreakerView[];
  /** What holds entries back at the end, with what lifts it. */
  readonly held: readonly string[];
  readonly learning: LearningView;
  readonly walkForward: WalkForward | null;
  readonly provenance: Provenance;
  /** What was damaged or lost. */
  readonly doubts: readonly string[];
}

/** Equal parts of each symbol, bought at the first open of the run, no costs. */
export interface HoldView extends Omit<Hold, 'totalReturnInterval'> {
  /** Of all the directory's life; false: of the run that was just made alone. */
  readonly isWhole: boolean;
  /** The equity that the run began with, and what it would be worth at the end of each day. */
  readonly points: readonly (readonly [time: Millis, worth: number])[];
}

/** Drawdown: the share below the highest equity so far. */
export type EquityPointView = readonly [time: Millis, equity: number, drawdown: number];

export interface EquityView {
  readonly points: readonly EquityPointView[];
  /** Before this there is one point a day: the last 10,000 are kept. Null: all are there. */
  readonly dailyUntil: Millis | null;
  /** Points of another market's time were imported, and are not among these. */
  readonly leavesOutImported: boolean;
}

/** Returns of a year by month, January first; null where nothing was marked in it. */
export interface YearReturns {
  readonly year: number;
  readonly months: readonly (number | null)[];
  readonly total: number;
}

export interface TradeView {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly strategy: string;
  readonly exitReason: string;
  readonly entryTime: Millis;
  readonly exitTime: Millis;
  readonly durationMs: Millis;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly quantity: number;
  readonly leverage: number;
  readonly fees: number;
  readonly funding: number;
  /** Net of fees and funding; over the margin put up. */
  readonly profit: number;
  readonly profitRatio: number;
}

export interface TradesView {
  /** Those that are kept, by exit time. */
  readonly rows: readonly TradeView[];
  /** How many there were. */
  readonly count: number;
  /** Wins and losses in a row now; one of them is 0. */
  readonly winStreak: number;
  readonly lossStreak: number;
  readonly bySymbol: readonly GroupView[];
  readonly byStrategy: readonly GroupView[];
  readonly byExitReason: readonly GroupView[];
}

export interface GroupView {
  readonly name: string;
  /** Of all time. */
  readonly trades: number;
  readonly winRate: number | null;
  readonly profit: number;
  readonly fees: number;
  readonly funding: number;
  /** Of the trades that are kept: share of their time with a position, and entry notional. */
  readonly timeInMarket: number;
  readonly notional: number;
}

export interface PositionView {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly strategy: string;
  readonly openedAt: Millis;
  readonly entryPrice: number;
  readonly price: number | null;
  readonly quantity: number;
  /** Not realised; funding and fees so far are in the balance. */
  readonly profit: number | null;
}

export interface BreakerView {
  readonly breaker: string;
  /** How long it held entries back in all, market time. */
  readonly latchedMs: Millis;
  readonly on: boolean;
}

/** What a forecaster's word was worth, beside the base rate's on the same examples. */
export interface ForecasterView {
  readonly name: string;
  /** In the pool; null: it is the pool. */
  readonly weight: number | null;
  readonly forecasts: number;
  /** Null where nothing was forecast. */
  readonly logLoss: number | null;
  readonly baseLogLoss: number | null;
  readonly gain: number | null;
}

export interface VersionView {
  readonly id: string;
  readonly status: 'in use' | 'former' | 'refused';
  readonly trainedAt: Millis | null;
  readonly examples: number | null;
  readonly logLoss: number | null;
  readonly baseLogLoss: number | null;
  readonly gain: number | null;
  readonly verdict: string | null;
}

/** How far a forecaster meant what it said. */
export interface CalibrationView {
  readonly id: string;
  readonly title: string;
  /** What was judged, or why nothing was. */
  readonly note: string;
  readonly reliability: Reliability | null;
}

export interface LearningView {
  /** Some learner is switched on. */
  readonly on: boolean;
  readonly forecasters: readonly ForecasterView[];
  /** Of the ensemble, and of each model alone. */
  readonly calibration: readonly CalibrationView[];
  /** Newest first. */
  readonly versions: readonly VersionView[];
}

export interface Provenance {
  /** Of the Holdfast and the Node that made the report. */
  readonly version: string;
  readonly node: string;
  /** Of the starts that the notes still tell of, each once. */
  readonly ranWith: readonly string[];
  /** Empty: none, or they were not recorded. */
  readonly files: readonly RecordedFile[];
  readonly mode: Mode | null;
  readonly market: string | null;
  /** Fingerprint; null: no real account. */
  readonly account: string | null;
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly seed: number | null;
  readonly directoryId: string | null;
  readonly epoch: number | null;
  readonly stateHash: string;
  readonly components: readonly { readonly id: string; readonly sha256: string }[];
  readonly settings: readonly (readonly [key: string, value: string])[];
}
