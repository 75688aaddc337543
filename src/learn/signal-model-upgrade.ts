/**
 * Upgrades of the signal model's file.
 *
 * Promises: every example of an older release is kept, and no version is given twice.
 */
import { asArray, asCount, asNumber, asRecord, nullable } from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import {
  foldExample,
  foldRequest,
  forgetModel,
  noRetraining,
  type Retraining,
} from './retraining.ts';

/** Version 2: one rule of retraining in place of three counters. */
export function toVersion2(old: Encoded): Encoded {
  if (old.format !== 'json.zst') throw new Error(`signal model in ${old.format}`);
  const { sinceTraining, lastRequestTime, seenUntil: _, ...rest } = old.value;
  const retraining = retrainingOf(rest['examples'], {
    since: asCount(sinceTraining, 'sinceTraining'),
    last: nullable(asNumber)(lastRequestTime, 'lastRequestTime'),
  });
  return { format: 'json.zst', value: { ...rest, retraining } };
}

function retrainingOf(
  examples: unknown,
  counted: { readonly since: number; readonly last: number | null },
): Retraining {
  const columns = asRecord(examples, 'examples');
  const times = asArray(columns['time'], null, 'examples.time');
  const labelledAt = asArray(columns['labelledAt'], times.length, 'examples.labelledAt');
  const retraining = noRetraining();
  times.forEach((time, row) => {
    const example = {
      time: asNumber(time, 'examples.time'),
      labelledAt: asNumber(labelledAt[row], 'examples.labelledAt'),
    };
    foldExample(retraining, example, null);
  });
  if (counted.last !== null) foldRequest(retraining, counted.last);
  retraining.sinceRequest = counted.since;
  forgetModel(retraining, times.length);
  return retraining;
}
