/**
 * What a model remembers of its trainings: the request that is owed, and what became of the others.
 *
 * Promises: decodes to exactly what was encoded, or throws and names the field.
 */
import {
  asArray,
  asBoolean,
  asCount,
  asNumber,
  fieldsOf,
  nullable,
  oneOf,
  optional,
  type Reader,
} from '../base/field.ts';
import type { RngState } from '../base/rng.ts';
import type { Millis } from '../base/time.ts';
import type {
  Fact,
  Gain,
  ModelId,
  Score,
  SliceSizes,
  TrainOutcome,
  TrainRequest,
  TrainTrigger,
  TrainVerdict,
} from '../core/fact.ts';
import { type ColumnMap, gateToday, mapOfList } from '../core/feature-migration.ts';

/** Trainings that a model remembers: some months of them. */
export const TRAININGS_KEPT_MAX = 50;

/** A training, adopted or not; 0.1.0 told less of it. */
export interface TrainingRecord {
  readonly time: Millis;
  readonly adopted: boolean;
  /** Of the challenger, if it was adopted. */
  readonly version: number;
  /** The last example that it could see; 0.1.0 kept it elsewhere. */
  readonly through?: number;
  readonly challenger: Score;
  readonly champion: Score | null;
  readonly baseRate: Score;
  readonly verdict?: TrainVerdict;
  readonly trigger?: TrainTrigger;
  readonly gain?: Gain;
  readonly rounds?: number;
  readonly slices?: SliceSizes;
}

const MODEL_IDS: readonly ModelId[] = ['signal-model', 'deep-signal-model'];

const VERDICTS: readonly TrainVerdict[] = ['adopted', 'not clearly better', 'too few examples'];
const TRIGGERS: readonly TrainTrigger[] = ['no model', 'examples', 'drift'];

/** `request`: what the outcome answers. */
export const trainingRecordOf = (
  fact: TrainOutcome,
  request: TrainRequest | null,
): TrainingRecord => ({
  time: fact.time,
  adopted: fact.adopted,
  version: fact.version,
  through: fact.through,
  challenger: { ...fact.challenger },
  champion: fact.champion === null ? null : { ...fact.champion },
  baseRate: { ...fact.baseRate },
  ...(fact.verdict !== undefined && { verdict: fact.verdict }),
  ...(request?.trigger !== undefined && { trigger: request.trigger }),
  ...(fact.gain !== undefined && { gain: { ...fact.gain } }),
  ...(fact.rounds !== undefined && { rounds: fact.rounds }),
  ...(fact.slices !== undefined && { slices: { ...fact.slices } }),
});

/** The request without the name of the fact that told it, its gates in today's columns. */
export function requestOf(fact: Fact<'model.train.requested'>): TrainRequest {
  const asGate = gateToday(mapOfList(fact.featureList));
  return {
    model: fact.model,
    time: fact.time,
    from: fact.from,
    through: fact.through,
    seed: [...fact.seed],
    rng: [...fact.rng],
    champion: fact.champion,
    gate: asGate(fact.gate, 'gate'),
    ...(fact.nextGate !== undefined && { nextGate: asGate(fact.nextGate, 'nextGate') }),
    ...(fact.seenUntil !== undefined && { seenUntil: fact.seenUntil }),
    ...(fact.version !== undefined && { version: fact.version }),
    ...(fact.trigger !== undefined && { trigger: fact.trigger }),
  };
}

const asScore = fieldsOf<Score>({
  logLoss: asNumber,
  brier: asNumber,
  accuracy: asNumber,
  examples: asCount,
  error: optional(asNumber),
});

const asGain = fieldsOf<Gain>({ logLoss: asNumber, error: asNumber, blocks: asCount });

const asSlices = fieldsOf<SliceSizes>({
  train: asCount,
  stop: asCount,
  calibrate: asCount,
  compare: asCount,
});

export const asTrainingRecord = fieldsOf<TrainingRecord>({
  time: asNumber,
  adopted: asBoolean,
  version: asCount,
  through: optional(asCount),
  challenger: asScore,
  champion: nullable(asScore),
  baseRate: asScore,
  verdict: optional(oneOf(VERDICTS)),
  trigger: optional(oneOf(TRIGGERS)),
  gain: optional(asGain),
  rounds: optional(asCount),
  slices: optional(asSlices),
});

const asDice: Reader<RngState> = (value, path) => {
  const [a, b, c, counter] = asArray(value, 4, path).map(word => asCount(word, path));
  return [a!, b!, c!, counter!];
};

/** A request whose gate has a weight for each feature of the map, with one for each of today's. */
export const requestToday = (map: ColumnMap): Reader<TrainRequest> =>
  fieldsOf<TrainRequest>({
    model: oneOf(MODEL_IDS),
    time: asNumber,
    from: asCount,
    through: asCount,
    seed: asDice,
    rng: asDice,
    champion: asCount,
    gate: gateToday(map),
    nextGate: optional(gateToday(map)),
    seenUntil: optional(asNumber),
    version: optional(asCount),
    trigger: optional(oneOf(TRIGGERS)),
  });
