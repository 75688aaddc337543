/**
 * The label's nouns: what the market component remembers of examples whose outcome is not known
 * yet, and what the labelling rules (learn/labels.ts) read of a symbol.
 *
 * Promises: plain data, no behaviour.
 */
import type { Millis } from '../base/time.ts';
import type { Label } from './fact.ts';
import type { Candle, Reading } from './market.ts';

/** Symmetric CUSUM filter over log returns. */
export interface Cusum {
  /** Sum of moves up, never below 0, and of moves down, never above 0. */
  up: number;
  down: number;
  /** True when the last candle carried one of the sums over the threshold. */
  fired: boolean;
}

/** `waiting`: still open; `due`: its label is known; `void`: a gap fell into its time. */
export type PendingStatus = 'waiting' | 'due' | 'void';

/** An example that was opened and not labelled yet. */
export interface PendingLabel {
  readonly id: number;
  readonly time: Millis;
  readonly proposed: boolean;
  /** In today's columns, as is the window. */
  readonly features: readonly number[];
  /** The feature window at that time (core/sequence.ts); null: opened before there was one. */
  readonly sequence: string | null;
  /** Barrier distance as a share of the entry price, and the time limit. */
  readonly barrier: number;
  readonly candles: number;
  /** The next open after the decision; null until that candle has closed. */
  entry: number | null;
  /** Candles since the entry, its own included. */
  held: number;
  status: PendingStatus;
  /** Meaningful when due: the class, and the price change of a long before costs. */
  label: Label;
  change: number;
}

/** What the labelling rules read of a symbol. The market's symbol state is one. */
export interface LabelSource {
  readonly last: Candle | null;
  /** Candles of this symbol so far. */
  readonly candles: number;
  readonly reading: Reading;
  readonly features: readonly number[];
  readonly cusum: Cusum;
  readonly pending: readonly PendingLabel[];
  /** How many of `pending` are no longer waiting. */
  readonly due: number;
  /** `candles` when the last example was opened; null before the first. */
  readonly openedAt: number | null;
}
