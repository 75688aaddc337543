/**
 * The trainers: what a worker thread runs for a `model.train.requested`.
 *
 * Promises: pure functions of request, examples and champion. Never: reads a clock, rolls dice
 * other than the request's, or keeps anything.
 */
import { assert } from '../base/assert.ts';
import type { TrainRequest } from '../core/fact.ts';
import type { Trained } from './contest.ts';
import { trainDeep } from './deep-training.ts';
import type { ExampleTable } from './example-table.ts';
import type { SequenceTable } from './sequence-table.ts';
import { trainSignal } from './signal-training.ts';

export type { Trained } from './contest.ts';
export type { ExampleTable } from './example-table.ts';
export type { SequenceTable } from './sequence-table.ts';
export { trainDeep, trainSignal };

/**
 * `table`: `examplesOf` of the model's state. `champion`: its `championOf` at the time of the
 * request, null where there is none.
 */
export function train(
  request: TrainRequest,
  table: ExampleTable | SequenceTable,
  champion: Uint8Array | null,
): Trained {
  if (request.model === 'deep-signal-model') {
    assert('sequences' in table, 'the deep signal model is trained on sequences');
    return trainDeep(request, table, champion);
  }
  assert('features' in table, 'the signal model is trained on feature rows');
  return trainSignal(request, table, champion);
}
