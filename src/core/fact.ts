/**
 * Facts: everything that happened, in the past tense. State is a fold of them.
 *
 * Promises: plain JSON data (no −0, NaN, ±Infinity, undefined); a fact never changes its shape:
 * new needs get an optional field or a new name. Never: an instruction, never recomputed on replay.
 */
import type { Units } from '../base/money.ts';
import type { RngState } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type { Contract, FedCandle, Regime, VolatilityLevel } from './market.ts';
import type { Direction, ExitReason, ModelVersions, Order, Side, TradeRecord } from './order.ts';
import type { Settings } from './settings.ts';
import type { TrainOutcome, TrainRequest } from './training.ts';
import type { VenueFactShapes } from './venue-fact.ts';

export type * from './training.ts';

/** Class probabilities of hold, buy, sell; they sum to 1. */
export type Probabilities = readonly [hold: number, buy: number, sell: number];

/** A class of the triple barrier: 0 hold (time ran out), 1 buy, 2 sell. */
export type Label = 0 | 1 | 2;

export type Mode = 'simulated' | 'tape' | 'paper' | 'live';

/** What a directory is bound to; its first fact. */
export interface Binding {
  readonly mode: Mode;
  /** Exchange id or `simulated`. */
  readonly market: string;
  /** Fingerprint of the account; empty on paper. */
  readonly account: string;
  readonly symbols: readonly string[];
  readonly seed: number;
  readonly timeframeMs: Millis;
  readonly contracts: readonly Contract[];
}

export type Breaker = 'daily_loss' | 'max_drawdown' | 'loss_streak';

/** Everything that may be told of a fact, by name. */
export interface FactShapes extends VenueFactShapes {
  'directory.bound': Binding & { readonly rng: RngState };
  'config.changed': { readonly settings: Settings };
  /** Components that start afresh in a directory that is bound: they are told what they missed. */
  'component.founded': {
    readonly ids: readonly string[];
    readonly binding: Binding;
    readonly settings: Settings;
    /** The account as it stood; absent where the portfolio itself starts afresh. */
    readonly account?: { readonly equity: Units; readonly traded: boolean };
  };

  /**
   * A part's memory was replaced from outside: what the file in the blob holds took its place, but
   * for what is of the present (`reconcile` in core/component.ts).
   */
  'memory.replaced': {
    readonly id: string;
    /** Market time. */
    readonly time: Millis;
    readonly why: 'rollback' | 'import';
    /** Where it came from, for people. */
    readonly from: string;
    /** SHA-256 of the state file. */
    readonly blob: string;
    /** The directory's epoch from here on. */
    readonly epoch: number;
  };

  /**
   * `gap`: candles missing before this one; absent when none are. `late`: it was learned of too
   * late to act on; absent on recorded markets, and in facts of 0.1.0.
   */
  'candle.closed': FedCandle & { readonly gap?: number };

  'order.approved': { readonly order: Order };
  'order.accepted': { readonly id: string; readonly time: Millis };
  'order.rejected': { readonly id: string; readonly time: Millis; readonly reason: string };
  'order.expired': { readonly id: string; readonly time: Millis };
  'order.canceled': { readonly id: string; readonly time: Millis; readonly reason: string };
  /** A stop was reached and not a lot of it could be filled: it is a market order from then on. */
  'order.triggered': { readonly id: string; readonly time: Millis };
  /** `reason` is set where the exchange itself decides (liquidation). */
  'order.filled': {
    /** Order id; `liquidation:<symbol>` for a liquidation. */
    readonly id: string;
    readonly symbol: string;
    readonly side: Side;
    readonly price: number;
    readonly lots: number;
    readonly fee: Units;
    readonly liquidity: 'maker' | 'taker';
    readonly time: Millis;
    readonly exitReason: ExitReason | null;
    /** What names it at the venue (`fillKeyOf`); absent on paper. A fill by another's hand has `hand:…` as its id. */
    readonly fillId?: string;
  };
  /** `amount` is what we pay; negative is received. */
  'funding.settled': {
    readonly symbol: string;
    readonly time: Millis;
    readonly rate: number;
    readonly amount: Units;
  };
  'trade.closed': { readonly trade: TradeRecord };
  'equity.marked': {
    readonly time: Millis;
    readonly balance: Units;
    readonly equity: Units;
    /** Positions open at that time. */
    readonly open: number;
  };

  'day.started': { readonly date: string; readonly time: Millis; readonly balance: Units };
  'breaker.tripped': {
    readonly breaker: Breaker;
    readonly time: Millis;
    readonly equity: Units;
    /** When it releases by itself; null: by the operator only. */
    readonly until: Millis | null;
  };
  'breaker.released': {
    readonly breaker: Breaker;
    readonly time: Millis;
    /** Absent where its time had come. */
    readonly by?: 'operator';
  };
  /** A word's `time`, here and below: 0 before the first candle on paper, where no time is known. */
  'kill-switch.set': { readonly on: boolean; readonly time: Millis };
  /** `reason`: in words, where the bot itself did it; absent: the operator did. */
  'trading.paused': { readonly time: Millis; readonly reason?: string };
  /** Entries are allowed again, and a flatten that was under way is called off. */
  'trading.resumed': { readonly time: Millis };
  /** Every position is to be left at the market. Trading is paused by then. */
  'flatten.ordered': { readonly time: Millis; readonly reason?: string };
  /** Nothing is held any more and nothing is on its way that could open a position. */
  'flatten.completed': { readonly time: Millis };

  /** A choice of the Q-table for a symbol, and the dice after it was rolled. */
  'strategy.chosen': {
    readonly symbol: string;
    readonly time: Millis;
    readonly regime: Regime;
    readonly volatility: VolatilityLevel;
    readonly action: string;
    readonly explored: boolean;
    readonly rng: RngState;
  };
  'reward.observed': {
    readonly symbol: string;
    readonly time: Millis;
    readonly reward: number;
    /** Candles from the choice to its outcome. */
    readonly candles: number;
    readonly nextRegime: Regime;
    readonly nextVolatility: VolatilityLevel;
  };
  /** A strategy proposed an entry and the learners weighed it. */
  'signal.weighed': {
    readonly symbol: string;
    readonly time: Millis;
    readonly direction: Direction;
    readonly strategy: string;
    /** 0..1: how clearly the strategy's pattern shows; absent in facts of 0.1.0. */
    readonly strength?: number;
    readonly confidence: number;
    readonly verdict: string;
    readonly signal: Probabilities | null;
    readonly deep: Probabilities | null;
    readonly attention: Probabilities | null;
    /** As in a Forecast. */
    readonly own?: Probabilities;
    readonly pooled?: Probabilities;
    /** Attention scores, one per feature; empty when attention is off. */
    readonly scores: readonly number[];
    readonly featureList?: number;
    readonly models: ModelVersions;
  };

  'example.opened': {
    readonly id: number;
    readonly symbol: string;
    readonly time: Millis;
    /** True where a strategy proposed, traded or not; false for a CUSUM event. */
    readonly proposed: boolean;
    /** The feature row, of length FEATURE_COUNT. */
    readonly features: readonly number[];
    /** In facts of 0.1.0: the mean of the last rows. Nobody reads it. */
    readonly context?: readonly number[];
    /** Barrier distance as a share of the entry price. */
    readonly barrier: number;
    readonly candles: number;
    /** Number of the feature list that the row follows (core/feature.ts); absent: 0. */
    readonly featureList?: number;
    /** Where a strategy proposed: what was forecast of it. */
    readonly forecast?: Forecast;
  };
  'example.labelled': Example & {
    readonly context?: readonly number[];
    readonly featureList?: number;
  };
  'example.voided': { readonly id: number; readonly symbol: string; readonly time: Millis };

  'model.train.requested': TrainRequest & { readonly featureList?: number };
  'model.trained': TrainOutcome;
}

/** What was said of a proposal before its outcome was known. */
export interface Forecast {
  readonly strategy: string;
  readonly direction: Direction;
  /** 0..1: how clearly the strategy's pattern shows. */
  readonly strength: number;
  /** Of the learners; null: untrained or switched off. */
  readonly signal: Probabilities | null;
  readonly deep: Probabilities | null;
  readonly attention: Probabilities | null;
  /**
   * The strategy's own word (how its proposals ended so far), and what the ensemble made of all of
   * them: learn/ensemble-pool.ts. Absent while the ensemble is switched off.
   */
  readonly own?: Probabilities;
  readonly pooled?: Probabilities;
  /** That it wins: see learn/ensemble-pool.ts. */
  readonly confidence: number;
}

/** A labelled example, complete, so that a learner needs nothing else. */
export interface Example {
  readonly id: number;
  readonly symbol: string;
  /** When it was opened and when its label came due. */
  readonly time: Millis;
  readonly labelledAt: Millis;
  readonly proposed: boolean;
  readonly label: Label;
  /** Return of a long entered at the next open and left at the barrier, costs in. */
  readonly return: number;
  readonly features: readonly number[];
  /** The feature window when it was opened (core/sequence.ts); absent where nobody learns from it. */
  readonly sequence?: string;
}

export type FactName = keyof FactShapes;
export type Fact<N extends FactName = FactName> = {
  [K in N]: { readonly type: K } & FactShapes[K];
}[N];

/** What an exchange reports: the facts it is the source of. */
export type ReportName =
  | 'order.accepted'
  | 'order.rejected'
  | 'order.expired'
  | 'order.canceled'
  | 'order.triggered'
  | 'order.filled'
  | 'funding.settled';
export type Report = Fact<ReportName>;
/** What a real account tells beside them. */
export type VenueReport = Fact<keyof VenueFactShapes>;
