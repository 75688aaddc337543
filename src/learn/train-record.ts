/**
 * What a model remembers of its training: the request that is owed and the last outcome.
 *
 * Promises: decodes to exactly what was encoded, or throws and names the field.
 */
import type { RngState } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type { ModelId, Score, TrainOutcome, TrainRequest } from '../core/fact.ts';
import { FEATURE_COUNT } from './features.ts';
import {
  asArray,
  asBoolean,
  asCount,
  asNullable,
  asNumber,
  asNumbers,
  asOneOf,
  asRecord,
} from './field.ts';

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

export function asScore(value: unknown, what: string): Score {
  const fields = asRecord(value, what);
  return {
    logLoss: asNumber(fields['logLoss'], `${what}.logLoss`),
    brier: asNumber(fields['brier'], `${what}.brier`),
    accuracy: asNumber(fields['accuracy'], `${what}.accuracy`),
    examples: asCount(fields['examples'], `${what}.examples`),
  };
}

export function asLastOutcome(value: unknown, what: string): LastOutcome {
  const fields = asRecord(value, what);
  return {
    time: asNumber(fields['time'], `${what}.time`),
    adopted: asBoolean(fields['adopted'], `${what}.adopted`),
    version: asCount(fields['version'], `${what}.version`),
    challenger: asScore(fields['challenger'], `${what}.challenger`),
    champion: asNullable(fields['champion'], asScore, `${what}.champion`),
    baseRate: asScore(fields['baseRate'], `${what}.baseRate`),
  };
}

export function asRequest(value: unknown, what: string): TrainRequest {
  const fields = asRecord(value, what);
  return {
    model: asOneOf(fields['model'], MODEL_IDS, `${what}.model`),
    time: asNumber(fields['time'], `${what}.time`),
    from: asCount(fields['from'], `${what}.from`),
    through: asCount(fields['through'], `${what}.through`),
    seed: asDice(fields['seed'], `${what}.seed`),
    rng: asDice(fields['rng'], `${what}.rng`),
    champion: asCount(fields['champion'], `${what}.champion`),
    gate: asNumbers(fields['gate'], FEATURE_COUNT, `${what}.gate`),
  };
}

function asDice(value: unknown, what: string): RngState {
  const [a, b, c, counter] = asArray(value, 4, what).map(word => asCount(word, what));
  return [a!, b!, c!, counter!];
}
