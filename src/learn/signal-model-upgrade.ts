/**
 * Upgrades of the signal model's file.
 *
 * Promises: every example of an older release is kept, and no version is given twice.
 */
import { asArray, asCount, asNumber, asNumbers, asRecord, nullable } from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { packRows } from './example-column.ts';
import {
  foldExample,
  foldRequest,
  forgetModel,
  noRetraining,
  type Retraining,
} from './retraining.ts';

/**
 * Version 2: trees in place of the logistic regression of 0.1.0, whose champion is dropped, since
 * trees have nothing to learn from it and would be judged against a model that no one can run any
 * more. The next training is due at the next chance, over all examples kept: no trees were chosen
 * by them. A request that waits is answered with trees, as the next version.
 */
export function toVersion2(old: Encoded): Encoded {
  if (old.format !== 'json.zst') throw new Error(`signal model in ${old.format}`);
  const { version, lastOutcome, trainedThrough, sinceTraining, seenUntil: _, ...rest } = old.value;
  const { lastRequestTime, lentFrom: __, ...kept } = rest;
  const retraining = retrainingOf(kept['examples'], {
    since: asCount(sinceTraining, 'sinceTraining'),
    last: nullable(asNumber)(lastRequestTime, 'lastRequestTime'),
  });
  const last = nullable(asRecord)(lastOutcome, 'lastOutcome');
  return {
    format: 'json.zst',
    value: {
      ...kept,
      version: 0,
      lastVersion: asCount(version, 'version'),
      trained: null,
      former: [],
      history: last === null ? [] : [{ ...last, through: trainedThrough }],
      retraining,
    },
  };
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

/** Version 3: feature rows are one text, and the mean that stood beside each is gone. */
export function toVersion3(old: Encoded): Encoded {
  if (old.format !== 'json.zst') throw new Error(`signal model in ${old.format}`);
  const { context: _, features, ...columns } = asRecord(old.value['examples'], 'examples');
  const rows = packRows([asNumbers(features, null, 'examples.features')]);
  return { ...old, value: { ...old.value, examples: { ...columns, features: rows } } };
}
