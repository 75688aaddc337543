/**
 * The trainers: what a worker thread runs for a `model.train.requested`.
 *
 * Promises: pure functions of request, examples and champion. Never: reads a clock, rolls dice
 * other than the request's, or keeps anything.
 */
import type { TrainRequest } from '../core/fact.ts';
import type { Trained } from './contest.ts';
import { trainDeep } from './deep-training.ts';
import type { ExampleTable } from './example-table.ts';
import { trainSignal } from './signal-training.ts';

export type { Trained } from './contest.ts';
export type { ExampleTable } from './example-table.ts';
export { trainDeep, trainSignal };

/** `champion`: `championOf` of the model's state at the time of the request, null for version 0. */
export const train = (
  request: TrainRequest,
  table: ExampleTable,
  champion: Uint8Array | null,
): Trained =>
  request.model === 'signal-model'
    ? trainSignal(request, table, champion)
    : trainDeep(request, table, champion);
