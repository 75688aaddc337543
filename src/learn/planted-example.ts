/**
 * Made-up examples for tests: features are noise, and the label follows a planted rule or nothing.
 *
 * Promises: the same examples for the same options. Never: used outside tests.
 */

import { Rng, seedRng } from '../base/rng.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Example, Label, ModelId, TrainRequest } from '../core/fact.ts';
import { FEATURE_COUNT } from './features.ts';
import { rounded } from './scores.ts';

/** `none`: labels are dice. `linear`: feature 0 pulls. `bent`: only |feature 1| decides. */
export type PlantedRule = 'none' | 'linear' | 'bent';

export interface Planting {
  readonly count: number;
  readonly seed: number;
  readonly rule: PlantedRule;
  /** Minutes between examples, and the longest label. */
  readonly everyMinutes?: number;
  readonly labelMinutes?: number;
  readonly firstId?: number;
}

export const PLANTED_START = Date.UTC(2024, 0, 1);

export function plantedExamples(planting: Planting): Example[] {
  const rng = new Rng(seedRng(planting.seed));
  const { everyMinutes = 10, labelMinutes = 60, firstId = 1 } = planting;
  const examples: Example[] = [];
  for (let index = 0; index < planting.count; index += 1) {
    const row = () => Array.from({ length: FEATURE_COUNT }, () => rounded(rng.nextNormal()));
    const features = row();
    // Examples had a second row once, and what is frozen in tests was planted with its dice.
    row();
    const label = plantedLabel(planting.rule, features, rng);
    const id = firstId + index;
    const time = PLANTED_START + id * everyMinutes * MINUTE_MS;
    examples.push({
      id,
      symbol: index % 2 === 0 ? 'BTC/USDT:USDT' : 'ETH/USDT:USDT',
      time,
      labelledAt: time + (1 + rng.nextInt(labelMinutes)) * MINUTE_MS,
      proposed: index % 3 === 0,
      label,
      return: label === 1 ? 0.01 : label === 2 ? -0.01 : 0,
      features,
    });
  }
  return examples;
}

function plantedLabel(rule: PlantedRule, features: readonly number[], rng: Rng): Label {
  const dice = rng.nextFloat();
  if (rule === 'linear') {
    const pull = 1 / (1 + Math.exp(-3 * features[0]!));
    return dice < 0.2 ? 0 : dice < 0.2 + 0.8 * pull ? 1 : 2;
  }
  if (rule === 'bent' && dice < 0.8) return Math.abs(features[1]!) > 0.7 ? 1 : 2;
  return dice < 0.4 ? 0 : dice < 0.75 ? 1 : 2;
}

/** A request for all of `examples`; with a champion, when it was chosen. */
export function plantedRequest(
  model: ModelId,
  examples: readonly Pick<Example, 'id' | 'labelledAt'>[],
  { champion = 0, seenUntil = 0 } = {},
): TrainRequest {
  return {
    model,
    time: Math.max(...examples.map(example => example.labelledAt)),
    from: examples[0]!.id,
    through: examples.at(-1)!.id,
    seed: seedRng(7, 1),
    rng: seedRng(7, 2),
    champion,
    gate: new Array<number>(FEATURE_COUNT).fill(1),
    ...(seenUntil > 0 && { seenUntil }),
  };
}
