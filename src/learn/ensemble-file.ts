/**
 * The ensemble's file: JSON that a person can read.
 *
 * Promises: decodes to exactly the state that was encoded. Never: accepts a field that is missing,
 * misshapen or unknown.
 */
import {
  asBoolean,
  asCount,
  asNumber,
  asNumbers,
  asText,
  fieldsOf,
  listOf,
  mapOf,
  nullable,
  oneOf,
  type Reader,
  recordOf,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { EXPERTS } from './ensemble-pool.ts';
import {
  type Classes,
  type EnsembleState,
  type Estimate,
  JUDGED,
  type LossRecord,
  PENDING_MAX,
  type PendingForecast,
  type Share,
} from './ensemble-state.ts';
import { BIN_COUNT, type Bin } from './reliability.ts';

export const encodeEnsemble = (state: EnsembleState): Encoded => ({
  format: 'json',
  value: { ...state },
});

export function decodeEnsemble(content: Encoded): EnsembleState {
  if (content.format !== 'json') throw new Error(`ensemble in ${content.format}`);
  return asEnsemble(content.value, 'ensemble');
}

const asThree: Reader<[number, number, number]> = (value, path) =>
  asNumbers(value, 3, path) as [number, number, number];

const asClasses = fieldsOf<Classes>({ examples: asCount, shares: asThree });
const asShare = fieldsOf<Share>({ examples: asCount, share: asNumber });
const asEstimate = fieldsOf<Estimate>({ value: asNumber, information: asNumber });

const asPending = fieldsOf<PendingForecast>({
  id: asCount,
  strategy: asText,
  direction: oneOf(['long', 'short']),
  barrier: asNumber,
  base: asThree,
  votes: recordOf(EXPERTS, nullable(asThree)),
  pooled: asThree,
  chance: asNumber,
  confidence: asNumber,
});

const asBins: Reader<Bin[]> = (value, path) => {
  const bins = listOf(
    fieldsOf<Bin>({ examples: asCount, confidence: asNumber, won: asCount }),
    BIN_COUNT,
  )(value, path);
  if (bins.length < BIN_COUNT) throw new Error(`${path} is not a list of ${BIN_COUNT}`);
  return bins;
};

const asEnsemble = fieldsOf<EnsembleState>({
  active: asBoolean,
  cost: asNumber,
  base: asClasses,
  strategies: mapOf(asClasses),
  weights: recordOf(EXPERTS, asEstimate),
  records: recordOf(
    JUDGED,
    fieldsOf<LossRecord>({
      examples: asCount,
      logLoss: asNumber,
      baseLogLoss: asNumber,
      brier: asNumber,
      baseBrier: asNumber,
    }),
  ),
  timeoutWon: asShare,
  won: asShare,
  slope: asEstimate,
  bins: asBins,
  pending: listOf(asPending, PENDING_MAX),
});
