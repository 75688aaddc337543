/**
 * Runs one suite over threads, and counts.
 *
 * Promises: a case that hangs, and a thread that dies, are failures with an id like any other, and
 * the rest goes on without them. Never: two orders of counting: the tally is the same with one
 * thread or many.
 */
import { Worker } from 'node:worker_threads';
import { must } from '../../src/base/assert.ts';
import type { Chunk, ChunkDone, Prepared, ThreadTask } from './case-thread.ts';
import { sampler } from './sample.ts';
import { caseId, Hung, type Suite } from './suite.ts';
import type { Failure, Tally } from './tally.ts';

export interface SuiteRun {
  readonly seed: number;
  /** Every case, or the quick form's sample. */
  readonly size: 'quick' | 'full';
  /** At most so many cases, whatever the size says. */
  readonly casesMax?: number;
  readonly threads: number;
  /** 0..1 of the suite. */
  readonly watch?: (share: number, failures: number) => void;
  /** Takes no more cases after the first that failed; what broke in the preparation is none. */
  readonly untilFailure?: boolean;
  /** A case that takes longer than this hangs. */
  readonly caseMsMax?: number;
  /** The module that lists the suite; tests bring their own. */
  readonly list?: URL;
}

const CASE_MS_MAX = 120_000;
const CHUNKS_PER_THREAD = 40;
const CHUNK_MAX = 500;

interface Count {
  prepared: Omit<Prepared, 'broken'>;
  /** Null: no thread is prepared yet. Each prepares the same. */
  broken: readonly Failure[] | null;
  next: number;
  /** Of a thread that ended: nobody knows how they went. */
  readonly again: number[];
  ran: number;
  readonly ended: Record<string, number>;
  readonly failures: Failure[];
  readonly tried: Set<number>;
}

export async function runSuite(suite: Suite, run: SuiteRun): Promise<Tally> {
  const { name, promise } = suite;
  const startMs = performance.now();
  const none = { cases: 0, unit: null };
  const count: Count = {
    ...{ prepared: none, broken: null, next: 0, again: [], ran: 0, ended: {}, failures: [] },
    tried: new Set(),
  };
  const skipped = suite.missing?.() ?? nothingToDo(suite, run);
  if (skipped === null) {
    const threads = suite.alone === true ? 1 : run.threads;
    await Promise.all(Array.from({ length: threads }, () => runThread(suite, run, count)));
  }
  const seconds = (performance.now() - startMs) / 1000;
  const { prepared, ran, ended } = count;
  const failures = [...(count.broken ?? []), ...count.failures];
  const { cases, unit } = prepared;
  const tried = unit === null ? null : { distinct: count.tried.size, unit };
  return { suite: name, promise, cases, tried, ran, ended, failures, seconds, skipped };
}

const nothingToDo = (suite: Suite, { size }: SuiteRun): string | null =>
  size === 'quick' && suite.quick === 0 ? 'only in the full form' : null;

const takenOf = (suite: Suite, run: SuiteRun, { cases }: Count['prepared']): number =>
  Math.min(cases, run.size === 'quick' ? suite.quick : cases, run.casesMax ?? cases);

/** Until there is nothing left to take; a thread that had to be ended is followed by another. */
async function runThread(suite: Suite, run: SuiteRun, count: Count): Promise<void> {
  const cell = new SharedArrayBuffer(8);
  const index = new Float64Array(cell);
  const list = (run.list ?? new URL('./suites.ts', import.meta.url)).href;
  const task: ThreadTask = { suite: suite.name, seed: run.seed, cell, list };
  const worker = new Worker(new URL('./case-thread.ts', import.meta.url), { workerData: task });
  const { caseMsMax = CASE_MS_MAX } = run;
  let isPrepared = false;
  let chunk: Chunk = [];
  try {
    const { broken, ...prepared } = await answerOf<Prepared>(worker, {
      ...{ index, caseMsMax: CASE_MS_MAX },
    });
    count.prepared = prepared;
    count.broken ??= broken;
    isPrepared = true;
    for (chunk = take(suite, run, count); chunk.length > 0; chunk = take(suite, run, count)) {
      worker.postMessage(chunk);
      add(count, await answerOf<ChunkDone>(worker, { index, caseMsMax }));
      run.watch?.(count.ran / takenOf(suite, run, count.prepared), count.failures.length);
    }
    worker.postMessage(null);
  } catch (error) {
    const at = index[0] ?? 0;
    const id = caseId(suite.name, run.seed, at);
    count.failures.push({ id, why: error instanceof Error ? error.message : String(error) });
    count.ran += isPrepared ? 1 : 0;
    count.again.push(...chunk.filter(other => other !== at));
    await worker.terminate();
    if (isPrepared) await runThread(suite, run, count);
  }
}

function take(suite: Suite, run: SuiteRun, count: Count): Chunk {
  if (run.untilFailure === true && count.failures.length > 0) return [];
  if (count.again.length > 0) return count.again.splice(0);
  const { cases } = count.prepared;
  const taken = takenOf(suite, run, count.prepared);
  const size = Math.ceil(taken / (run.threads * CHUNKS_PER_THREAD));
  const length = Math.min(taken - count.next, CHUNK_MAX, Math.max(1, size));
  const indexAt = sampler(cases, taken, run.seed);
  const first = count.next;
  count.next += length;
  return Array.from({ length }, (_, k) => indexAt(first + k));
}

function add(count: Count, done: ChunkDone): void {
  count.ran += done.count;
  count.failures.push(...done.failures);
  for (const print of done.tried) count.tried.add(print);
  for (const [kind, more] of Object.entries(done.ended))
    count.ended[kind] = (count.ended[kind] ?? 0) + more;
}

/** The thread's next message; an error when it dies, or when one case takes too long. */
function answerOf<T>(
  worker: Worker,
  { index, caseMsMax }: { readonly index: Float64Array; readonly caseMsMax: number },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let at = must(index[0], 'cell');
    const timer = setInterval(() => {
      const isSame = index[0] === at;
      at = must(index[0], 'cell');
      if (isSame) settle(() => reject(new Hung(`no end after ${caseMsMax / 1000} s`)));
    }, caseMsMax);
    const onMessage = (message: T) => settle(() => resolve(message));
    const onError = (error: unknown) => settle(() => reject(error));
    const onExit = (code: number) => settle(() => reject(new Error(`its thread ended (${code})`)));
    const settle = (end: () => void): void => {
      clearInterval(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      end();
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
