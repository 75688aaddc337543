/**
 * The world a decision may look at: every memory, read-only.
 *
 * Promises: decisions read these states and change them only by telling facts.
 */
import type { AttentionState } from '../learn/attention.ts';
import type { DeepSignalModelState } from '../learn/deep-signal-model.ts';
import type { EnsembleState } from '../learn/ensemble-weights.ts';
import type { QTableState } from '../learn/q-table.ts';
import type { SignalModelState } from '../learn/signal-model.ts';
import type { AnalyticsState } from '../trade/analytics-state.ts';
import type { MarketState } from '../trade/market.ts';
import type { Portfolio } from '../trade/portfolio.ts';
import type { RiskState } from '../trade/risk-state.ts';
import type { RunState } from '../trade/run.ts';

export interface World {
  readonly analytics: AnalyticsState;
  readonly 'risk-manager': RiskState;
  readonly 'signal-model': SignalModelState;
  readonly 'deep-signal-model': DeepSignalModelState;
  readonly 'q-table': QTableState;
  readonly attention: AttentionState;
  readonly ensemble: EnsembleState;
  readonly portfolio: Portfolio;
  readonly market: MarketState;
  readonly run: RunState;
}
