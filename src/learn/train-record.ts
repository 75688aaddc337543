/**
 * What a model remembers of its training: the request that is owed and the last outcome.
 *
 * Promises: decodes to exactly what was encoded, or throws and names the field.
 */
import {
  asArray,
  asBoolean,
  asCount,
  asNumber,
  asNumbers,
  fieldsOf,
  nullable,
  oneOf,
  type Reader,
} from '../base/field.ts';
import type { RngState } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type { ModelId, Score, TrainOutcome, TrainRequest } from '../core/fact.ts';
import { FEATURE_COUNT } from './features.ts';

/** The scores of the last outcome, adopted or not. */
export interface LastOutcome {
  readonly time: Millis;
  readonly adopted: boolean;
  readonly version: number;
  readonly challenger: Score;
  readonly champion: Score | null;
  readonly baseRate: Score;
}

const MODEL_IDS: readonly ModelId[] = ['signal-model', 'deep-signal-model'];

export const lastOutcomeOf = (fact: TrainOutcome): LastOutcome => ({
  time: fact.time,
  adopted: fact.adopted,
  version: fact.version,
  challenger: { ...fact.challenger },
  champion: fact.champion === null ? null : { ...fact.champion },
  baseRate: { ...fact.baseRate },
});

/** The request without the name of the fact that told it. */
export const requestOf = (fact: TrainRequest): TrainRequest => ({
  model: fact.model,
  time: fact.time,
  from: fact.from,
  through: fact.through,
  seed: [...fact.seed],
  rng: [...fact.rng],
  champion: fact.champion,
  gate: [...fact.gate],
});

const asScore = fieldsOf<Score>({
  logLoss: asNumber,
  brier: asNumber,
  accuracy: asNumber,
  examples: asCount,
});

export const asLastOutcome = fieldsOf<LastOutcome>({
  time: asNumber,
  adopted: asBoolean,
  version: asCount,
  challenger: asScore,
  champion: nullable(asScore),
  baseRate: asScore,
});

const asDice: Reader<RngState> = (value, path) => {
  const [a, b, c, counter] = asArray(value, 4, path).map(word => asCount(word, path));
  return [a!, b!, c!, counter!];
};

export const asRequest = fieldsOf<TrainRequest>({
  model: oneOf(MODEL_IDS),
  time: asNumber,
  from: asCount,
  through: asCount,
  seed: asDice,
  rng: asDice,
  champion: asCount,
  gate: (value, path) => asNumbers(value, FEATURE_COUNT, path),
});
