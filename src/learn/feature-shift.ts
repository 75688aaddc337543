/**
 * Feature shift: how far each feature has moved from what it was like in training.
 *
 * Shown to people, and decides nothing: slow features move all the time (drift.ts says why only
 * the log-loss is watched).
 * Promises: in standard deviations of the train slice, by feature name. Never: looks at labels.
 */
import type { Example } from '../core/fact.ts';
import { FEATURE_NAMES } from './features.ts';
import type { Scaler } from './scaler.ts';
import { rounded } from './scores.ts';

/** About as many as decide on a model. */
const RECENT_EXAMPLES = 500;

/** Mean of the newest examples, standardised by the scaler; furthest first. */
export function featureShifts(
  scaler: Scaler,
  examples: readonly Pick<Example, 'features'>[],
): { readonly name: string; readonly shift: number }[] {
  const recent = examples.slice(-RECENT_EXAMPLES);
  return FEATURE_NAMES.map((name, column) => {
    let sum = 0;
    for (const { features } of recent) sum += features[column]!;
    const mean = recent.length === 0 ? scaler.mean[column]! : sum / recent.length;
    return { name, shift: rounded((mean - scaler.mean[column]!) / scaler.scale[column]!) };
  }).sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift));
}
