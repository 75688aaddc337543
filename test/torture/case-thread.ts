/**
 * A thread of the torture programme: prepares one suite and runs the cases it is handed.
 *
 * Promises: before each case its index stands in the shared cell, so that the runner can name a
 * case that never ends.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../src/base/assert.ts';
import { caseId, type Suite } from './suite.ts';
import type { Failure } from './tally.ts';

export interface ThreadTask {
  readonly suite: string;
  readonly seed: number;
  /** One Float64: the index of the case that runs now. */
  readonly cell: SharedArrayBuffer;
  /** The module that lists it. */
  readonly list: string;
}

/** What it is handed, what it answers. */
export type Chunk = readonly number[];
export interface ChunkDone {
  readonly count: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** Prints of the things its cases tried. */
  readonly tried: Float64Array;
}
export interface Prepared {
  readonly cases: number;
  readonly unit: string | null;
  /** What broke before any case. */
  readonly broken: readonly Failure[];
}

const port = must(parentPort, 'a thread');
const { suite: name, seed, cell, list } = workerData as ThreadTask;
const now = new Float64Array(cell);
const { suites } = (await import(list)) as { suites: readonly Suite[] };
const suite = suites.find(one => one.name === name);
const campaign = await must(suite, `suite ${name}`).prepare(seed);

port.on('message', async (chunk: Chunk | null) => {
  if (chunk === null) {
    await campaign.close?.();
    port.close();
    return;
  }
  const ended: Record<string, number> = {};
  const failures: Failure[] = [];
  const tried: number[] = [];
  for (const index of chunk) {
    now[0] = index;
    try {
      const kind = await campaign.run(index, print => tried.push(print));
      ended[kind] = (ended[kind] ?? 0) + 1;
    } catch (error) {
      failures.push({ id: caseId(name, seed, index), why: whyOf(error) });
    }
  }
  const count = chunk.length;
  port.postMessage({
    ...{ count, ended, failures, tried: Float64Array.from(tried) },
  } satisfies ChunkDone);
});
const { cases, unit = null } = campaign;
const broken = (campaign.broken ?? []).map((error, count) => ({
  id: caseId(name, seed, cases + count),
  why: whyOf(error),
}));
port.postMessage({ cases, unit, broken } satisfies Prepared);

/** Hoisted: cases may run already. */
function whyOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
