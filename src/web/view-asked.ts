/**
 * What a page of the dashboard asks for by itself: what was learned, and the state of the memory.
 * Types alone, as in view.ts, which passes them on.
 *
 * Promises and limits are those of view.ts.
 */
import type { Millis } from '../base/time.ts';

/** A bin of the reliability plot: forecasts of about this confidence, and how many came true. */
export interface ReliabilityBin {
  /** The mean of them. */
  readonly confidence: number;
  /** How many, of `forecasts`. */
  readonly won: number;
  readonly forecasts: number;
}

/** How far a forecaster meant what it said. */
export interface Calibration {
  readonly id: 'ensemble' | 'signal-model' | 'deep-signal-model';
  readonly title: string;
  /** What was judged, or why nothing was. */
  readonly note: string;
  /** Those that hold anything, from low to high. */
  readonly bins: readonly ReliabilityBin[];
}

export interface ModelVersionRow {
  /** `signal-model@3`; of one that was refused `signal-model tried after @3`. */
  readonly id: string;
  readonly status: 'in use' | 'former' | 'refused';
  /** Market time; null: not kept. */
  readonly trainedAt: Millis | null;
  readonly examples: number | null;
  readonly logLoss: number | null;
  readonly baseLogLoss: number | null;
  readonly verdict: string | null;
}

/** `GET /api/learning`. */
export interface Learning {
  readonly seq: number;
  readonly features: readonly string[];
  /** By feature, of the signal model in use; null: none is trained. */
  readonly importance: readonly number[] | null;
  /** The attention weights now, by feature. */
  readonly attention: readonly number[];
  /** Over time, oldest first; at most one a market day, as far back as the journal tells. */
  readonly attentionPast: readonly { readonly time: Millis; readonly weights: readonly number[] }[];
  readonly qTable: {
    readonly actions: readonly string[];
    /** A row for each `regime|volatility`. */
    readonly rows: readonly {
      readonly state: string;
      readonly values: readonly number[];
      readonly visits: readonly number[];
    }[];
    readonly epsilon: number;
    readonly rewards: number;
  };
  /** Of the ensemble, and of each model alone. */
  readonly calibration: readonly Calibration[];
  /** Newest first. */
  readonly versions: readonly ModelVersionRow[];
  /** Experts of the ensemble and what they weigh; null where a record has no forecasts yet. */
  readonly experts: readonly {
    readonly name: string;
    readonly weight: number | null;
    readonly forecasts: number;
    readonly logLoss: number | null;
    readonly baseLogLoss: number | null;
  }[];
}

/** One component's file. */
export interface StateFileRow {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly bytes: number | null;
  readonly seq: number | null;
  readonly version: number;
  readonly sha256: string | null;
  /** Wall time, off the disk; null: not known. */
  readonly writtenAt: Millis | null;
  /** When it was last found whole: as it was written, by a start or by a verification. */
  readonly verifiedAt: Millis | null;
}

/** `GET /api/state`. */
export interface StateView {
  readonly at: Millis;
  readonly seq: number;
  readonly directory: string;
  readonly directoryId: string;
  readonly epoch: number;
  readonly files: readonly StateFileRow[];
  readonly generations: readonly { readonly seq: number; readonly madeAt: Millis }[];
  readonly journal: {
    /** All that is kept of it, both copies. */
    readonly bytes: number;
    readonly stepsSinceCheckpoint: number;
    readonly mirror: string | null;
    /** How far the second copy was behind when the disks were looked at; null: not known. */
    readonly lag: { readonly steps: number; readonly bytes: number } | null;
  };
  /** How far the backups of this run reach (null: nowhere yet); null: none are made. */
  readonly backup: {
    readonly to: string;
    readonly seq: number | null;
    readonly at: Millis | null;
  } | null;
  readonly checkpoint: { readonly seq: number; readonly at: Millis | null };
  readonly recovery: {
    readonly fromSeq: number;
    readonly toSeq: number;
    readonly replayed: number;
    readonly ms: number;
    readonly repairs: readonly string[];
    readonly lost: readonly string[];
  };
  /** Of the last look at all files, in this run or before: the background scrub or the button. */
  readonly verification: {
    readonly at: Millis;
    readonly files: number;
    readonly findings: number;
    readonly repaired: number;
  } | null;
  readonly verifying: boolean;
  readonly directoryBytes: number | null;
}
