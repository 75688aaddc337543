/**
 * A training as the facts tell it: what is owed, and what became of it.
 *
 * Promises: a request and the examples it names are all that a training may depend on. Never: weights
 * (a blob has them).
 */
import type { RngState } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';

export type ModelId = 'signal-model' | 'deep-signal-model';

/** A training that is owed. The trainer is a pure function of this and the examples it names. */
export interface TrainRequest {
  readonly model: ModelId;
  readonly time: Millis;
  /** Ids of the first and the last example used. */
  readonly from: number;
  readonly through: number;
  readonly seed: RngState;
  /** The dice after the seed was drawn. */
  readonly rng: RngState;
  /** Version that the challenger has to beat; 0: none yet. */
  readonly champion: number;
  /**
   * Attention's weights, one per feature, as they were at the last decision: no label that decides
   * this one has moved them. Open (all 1) before the first decision.
   */
  readonly gate: readonly number[];
  /** Attention's weights now: the gate that follows the decision on this one. */
  readonly nextGate?: readonly number[];
  /**
   * Market time up to which labels took part in an earlier decision: none of them may decide this
   * one. Absent: no decision was made yet.
   */
  readonly seenUntil?: Millis;
  /** The version of the challenger, should it be adopted; absent: the champion's plus one. */
  readonly version?: number;
  /** Absent in facts of 0.1.0. */
  readonly trigger?: TrainTrigger;
}

/** What made a training due: there is no model yet, enough examples are new, the model got worse. */
export type TrainTrigger = 'no model' | 'examples' | 'drift';

/** What became of the challenger. */
export type TrainVerdict = 'adopted' | 'not clearly better' | 'too few examples';

/** How much lower a log-loss is than another on the same examples. */
export interface Gain {
  readonly logLoss: number;
  /** One standard error of it, from the means of blocks of consecutive examples. */
  readonly error: number;
  readonly blocks: number;
}

/** Scores on the examples that neither model was trained or chosen on. */
export interface Score {
  readonly logLoss: number;
  readonly brier: number;
  readonly accuracy: number;
  readonly examples: number;
  /** One standard error of the log-loss under overlapping labels; absent in facts of 0.1.0. */
  readonly error?: number;
}

export interface TrainOutcome {
  readonly model: ModelId;
  readonly time: Millis;
  readonly adopted: boolean;
  /** The version this outcome would have; the champion keeps its own when not adopted. */
  readonly version: number;
  readonly through: number;
  readonly challenger: Score;
  readonly champion: Score | null;
  readonly baseRate: Score;
  /** SHA-256 of the blob with the trained weights; null when not adopted. */
  readonly blob: string | null;
  /** These are absent in facts of 0.1.0. */
  readonly verdict?: TrainVerdict;
  /** Of the challenger over the champion, or over the base rate where there is no champion. */
  readonly gain?: Gain;
  /** Boosting rounds or epochs. */
  readonly rounds?: number;
  /** Examples in each slice, purged ones left out. */
  readonly slices?: SliceSizes;
}

export interface SliceSizes {
  readonly train: number;
  readonly stop: number;
  readonly calibrate: number;
  readonly compare: number;
}
