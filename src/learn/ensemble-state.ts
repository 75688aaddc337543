/**
 * What the ensemble remembers: weights, records, calibration, and the forecasts not judged yet.
 *
 * Promises: plain data of fixed shape, but for the strategies by name and the forecasts that wait;
 * the beginning is that of an ensemble that has seen nothing. Never: learns.
 */
import { PENDING_LABELS_MAX, SYMBOLS_MAX } from '../base/limits.ts';
import type { Probabilities } from '../core/fact.ts';
import type { Direction } from '../core/order.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { EXPERTS, type Expert, type Pool, type Votes } from './ensemble-pool.ts';
import { roundTripCost } from './labels.ts';
import { type Bin, emptyBins } from './reliability.ts';

export interface EnsembleState {
  /** Set by `config.changed`, as is the cost. */
  active: boolean;
  /** Share of the price that entering and leaving costs. */
  cost: number;
  /** Of the last proposals: shares of hold, buy and sell. */
  base: Classes;
  /** By strategy: shares of hold, the proposed side, the other side. */
  strategies: Record<string, Classes>;
  weights: Record<Expert, Estimate>;
  /** What each expert's forecasts were worth, and the pool's. */
  records: Record<Judged, LossRecord>;
  /** Of the proposals whose time ran out, the share that ended in profit. */
  timeoutWon: Share;
  /** Of all proposals; and how far a forecast is followed away from it. */
  won: Share;
  slope: Estimate;
  /** Of all time, by confidence. */
  bins: Bin[];
  /** Forecasts whose outcome is not known yet, oldest first. */
  pending: PendingForecast[];
}

export type Judged = Expert | 'pool';
export const JUDGED: readonly Judged[] = [...EXPERTS, 'pool'];

/** Running shares of three classes; `examples` counts imagined ones too. */
export interface Classes {
  examples: number;
  shares: [number, number, number];
}

export interface Share {
  examples: number;
  share: number;
}

/** A learned number, and the information gathered about it. */
export interface Estimate {
  value: number;
  information: number;
}

/** Running means; `base` is the base rate on the same examples. */
export interface LossRecord {
  examples: number;
  logLoss: number;
  baseLogLoss: number;
  brier: number;
  baseBrier: number;
}

export interface PendingForecast {
  readonly id: number;
  readonly strategy: string;
  readonly direction: Direction;
  readonly barrier: number;
  /** The base rate, the votes, and what the pool made of them at that time. */
  readonly base: Probabilities;
  readonly votes: Votes;
  readonly pooled: Probabilities;
  /** The pool's chance before calibration, and the confidence that was told. */
  readonly chance: number;
  readonly confidence: number;
}

/** An estimate begins at `first`, as sure of it as after this much information. */
export interface Prior {
  readonly first: number;
  readonly information: number;
  readonly max: number;
}

export const WEIGHT: Prior = { first: 1 / 3, information: 20, max: 2 };
/** Forecasts of markets are usually too sure of themselves. */
export const SLOPE: Prior = { first: 0.5, information: 5, max: 1.5 };
/** A strategy is believed a little until its record speaks: imagined examples. */
export const STRATEGY_FIRST: Readonly<Classes> = { examples: 50, shares: [0.4, 0.33, 0.27] };
const BASE_FIRST: Readonly<Classes> = { examples: 30, shares: [1 / 3, 1 / 3, 1 / 3] };
const TIMEOUT_WON_FIRST: Readonly<Share> = { examples: 50, share: 0.45 };
/** Trades are tried until their kind is known to lose. */
const WON_FIRST: Readonly<Share> = { examples: 100, share: 0.55 };

export const PENDING_MAX = PENDING_LABELS_MAX * SYMBOLS_MAX;

export const copyClasses = ({ examples, shares }: Readonly<Classes>): Classes => ({
  examples,
  shares: [...shares],
});

const estimateOf = ({ first, information }: Prior): Estimate => ({ value: first, information });

export const emptyRecord = (): LossRecord => ({
  examples: 0,
  logLoss: 0,
  baseLogLoss: 0,
  brier: 0,
  baseBrier: 0,
});

export const initialEnsemble = (): EnsembleState => ({
  active: DEFAULT_SETTINGS.learning.ensemble === true,
  cost: roundTripCost(DEFAULT_SETTINGS),
  base: copyClasses(BASE_FIRST),
  strategies: Object.create(null) as Record<string, Classes>,
  weights: {
    strategy: estimateOf(WEIGHT),
    signal: estimateOf(WEIGHT),
    deep: estimateOf(WEIGHT),
    attention: estimateOf(WEIGHT),
  },
  records: {
    strategy: emptyRecord(),
    signal: emptyRecord(),
    deep: emptyRecord(),
    attention: emptyRecord(),
    pool: emptyRecord(),
  },
  timeoutWon: { ...TIMEOUT_WON_FIRST },
  won: { ...WON_FIRST },
  slope: estimateOf(SLOPE),
  bins: emptyBins(),
  pending: [],
});

/** The pool as it stands. */
export function poolIn(state: Readonly<EnsembleState>): Pool {
  const { base, weights, timeoutWon, won, slope } = state;
  return {
    base: [...base.shares],
    weights: {
      strategy: weights.strategy.value,
      signal: weights.signal.value,
      deep: weights.deep.value,
      attention: weights.attention.value,
    },
    timeoutWon: timeoutWon.share,
    won: won.share,
    slope: slope.value,
  };
}
