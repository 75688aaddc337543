/**
 * What was learned as a dashboard shows it: importance, attention, Q-table, calibration, versions.
 *
 * Promises: read-only, off the memory as it stands; null where something is not known.
 */
import { type Millis, utcDay } from '../base/time.ts';
import type { Score } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import { type AttentionState, gateOf } from '../learn/attention.ts';
import { JUDGED } from '../learn/ensemble-state.ts';
import { ACTIONS, MARKET_STATES } from '../learn/q-table.ts';
import { comparedIn } from '../learn/scores.ts';
import type { World } from '../policy/world.ts';
import { judgementsOf } from './model-reliability.ts';
import { versionsOf } from './model-view.ts';

/** Days of attention that are kept to look back on. */
const DAYS_KEPT_MAX = 400;

export interface AttentionDay {
  readonly time: Millis;
  readonly weights: readonly number[];
}

/** The attention weights of each market day that went by while they were looked at. */
export class AttentionDays {
  readonly #days: AttentionDay[] = [];

  /** The last word of a day counts for it. */
  see(time: Millis, attention: AttentionState): void {
    const last = this.#days.at(-1);
    if (last !== undefined && utcDay(last.time) === utcDay(time)) this.#days.pop();
    this.#days.push({ time, weights: gateOf(attention) });
    if (this.#days.length > DAYS_KEPT_MAX) this.#days.shift();
  }

  get days(): readonly AttentionDay[] {
    return [...this.#days];
  }
}

export function learningOf(world: World) {
  const { trained } = world['signal-model'];
  const table = world['q-table'];
  return {
    features: FEATURE_NAMES,
    importance: trained === null ? null : FEATURE_NAMES.map(name => trained.importance[name] ?? 0),
    attention: gateOf(world.attention),
    qTable: {
      actions: ACTIONS,
      rows: MARKET_STATES.map(state => ({
        state,
        values: ACTIONS.map(action => table.q[state][action]),
        visits: ACTIONS.map(action => table.visits[state][action]),
      })),
      epsilon: table.epsilon,
      rewards: table.rewards,
    },
    calibration: judgementsOf(world).map(({ bins, ...told }) => ({
      ...told,
      bins: bins.flatMap(({ examples, confidence, won }) =>
        examples === 0 ? [] : [{ confidence: confidence / examples, won, forecasts: examples }],
      ),
    })),
    versions: versionRowsOf(world),
    experts: expertsOf(world),
  };
}

/** The versions of both models, newest first. */
export const versionRowsOf = (world: World) =>
  versionsOf(world).map(({ id, status, training }) => {
    const compared = comparedIn(training?.challenger ?? null);
    return {
      ...{ id, status, trainedAt: training?.time ?? null },
      examples: training?.challenger.examples ?? null,
      logLoss: compared?.logLoss ?? null,
      baseLogLoss: comparedIn(training?.baseRate ?? null)?.logLoss ?? null,
      verdict: training?.verdict ?? null,
    };
  });

/** What each expert's word weighs, and was worth where it has forecast anything. */
export function expertsOf({ ensemble }: World) {
  return JUDGED.map(name => {
    const { examples, logLoss, baseLogLoss } = ensemble.records[name];
    const known = (loss: Score['logLoss']): number | null => (examples === 0 ? null : loss);
    return {
      ...{ name, weight: name === 'pool' ? null : ensemble.weights[name].value },
      ...{ forecasts: examples, logLoss: known(logLoss), baseLogLoss: known(baseLogLoss) },
    };
  });
}
