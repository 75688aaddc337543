/**
 * THE LIST of what the bot remembers, in the order in which facts are folded and saves are shown.
 * A new memory is one new file and one line here; nothing else needs to know of it.
 */
import type { StatesOf } from './core/component.ts';
import { attention } from './learn/attention.ts';
import { deepSignalModel } from './learn/deep-signal-model.ts';
import { ensemble } from './learn/ensemble-weights.ts';
import { qTable } from './learn/q-table.ts';
import { signalModel } from './learn/signal-model.ts';
import { analytics } from './trade/analytics.ts';
import { market } from './trade/market.ts';
import { portfolio } from './trade/portfolio.ts';
import { riskManager } from './trade/risk-manager.ts';
import { run } from './trade/run.ts';

export const components = [
  signalModel,
  deepSignalModel,
  qTable,
  attention,
  ensemble,
  analytics,
  riskManager,
  portfolio,
  market,
  run,
] as const;

export type Memory = StatesOf<typeof components>;
