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
}

/** A case that takes longer than this hangs. */
const CASE_MS_MAX = 120_000;
const CHUNKS_PER_THREAD = 40;
const CHUNK_MAX = 500;

interface Count {
  next: number;
  ran: number;
  readonly ended: Record<string, number>;
  readonly failures: Failure[];
}

export async function runSuite(suite: Suite, run: SuiteRun): Promise<Tally> {
  const { name, promise } = suite;
  const startMs = performance.now();
  const count: Count = { next: 0, ran: 0, ended: {}, failures: [] };
  const skipped = suite.missing?.() ?? nothingToDo(suite, run);
  let cases = 0;
  if (skipped === null) {
    const threads = suite.alone === true ? 1 : run.threads;
    const all = Array.from({ length: threads }, () => runThread(suite, run, count));
    cases = Math.max(...(await Promise.all(all)));
  }
  const seconds = (performance.now() - startMs) / 1000;
  const { ran, ended, failures } = count;
  return { suite: name, promise, cases, ran, ended, failures, seconds, skipped };
}

const nothingToDo = (suite: Suite, { size }: SuiteRun): string | null =>
  size === 'quick' && suite.quick === 0 ? 'only in the full form' : null;

const takenOf = (suite: Suite, run: SuiteRun, cases: number): number =>
  Math.min(cases, run.size === 'quick' ? suite.quick : cases, run.casesMax ?? cases);

/** Until there is nothing left to take; a thread that had to be ended is followed by another. */
async function runThread(suite: Suite, run: SuiteRun, count: Count): Promise<number> {
  const cell = new SharedArrayBuffer(8);
  const task: ThreadTask = { suite: suite.name, seed: run.seed, cell };
  const worker = new Worker(new URL('./case-thread.ts', import.meta.url), { workerData: task });
  const index = new Float64Array(cell);
  let cases = 0;
  try {
    cases = (await answerOf<Prepared>(worker, index)).cases;
    for (let chunk = take(suite, run, { cases, count }); chunk.length > 0; ) {
      worker.postMessage(chunk);
      add(count, await answerOf<ChunkDone>(worker, index));
      run.watch?.(count.ran / takenOf(suite, run, cases), count.failures.length);
      chunk = take(suite, run, { cases, count });
    }
    worker.postMessage(null);
    return cases;
  } catch (error) {
    const id = caseId(suite.name, run.seed, index[0] ?? 0);
    count.failures.push({ id, why: error instanceof Error ? error.message : String(error) });
    await worker.terminate();
    return cases === 0 ? 0 : Math.max(cases, await runThread(suite, run, count));
  }
}

function take(
  suite: Suite,
  run: SuiteRun,
  { cases, count }: { readonly cases: number; readonly count: Count },
): Chunk {
  const taken = takenOf(suite, run, cases);
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
  for (const [kind, more] of Object.entries(done.ended))
    count.ended[kind] = (count.ended[kind] ?? 0) + more;
}

/** The thread's next message; an error when it dies, or when one case takes too long. */
function answerOf<T>(worker: Worker, index: Float64Array): Promise<T> {
  return new Promise((resolve, reject) => {
    let at = must(index[0], 'cell');
    const timer = setInterval(() => {
      const isSame = index[0] === at;
      at = must(index[0], 'cell');
      if (isSame) settle(() => reject(new Hung(`no end after ${CASE_MS_MAX / 1000} s`)));
    }, CASE_MS_MAX);
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
