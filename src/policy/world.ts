/**
 * The world a decision may look at: every memory, read-only.
 *
 * Promises: decisions read these states and change them only by telling facts.
 */
import type { Attention } from '../learn/attention.ts';
import type { DeepSignalModel } from '../learn/deep-signal-model.ts';
import type { QTable } from '../learn/q-table.ts';
import type { SignalModel } from '../learn/signal-model.ts';
import type { Analytics } from '../trade/analytics.ts';
import type { Market } from '../trade/market.ts';
import type { Portfolio } from '../trade/portfolio.ts';
import type { RiskManager } from '../trade/risk-manager.ts';
import type { Run } from '../trade/run.ts';

export interface World {
  readonly analytics: Analytics;
  readonly 'risk-manager': RiskManager;
  readonly 'signal-model': SignalModel;
  readonly 'deep-signal-model': DeepSignalModel;
  readonly 'q-table': QTable;
  readonly attention: Attention;
  readonly portfolio: Portfolio;
  readonly market: Market;
  readonly run: Run;
}
