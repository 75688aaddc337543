/**
 * Preloaded into a bot (`--import`): ends it with SIGKILL at one change of its disk, or in the
 * middle of a training.
 *
 * HOLDFAST_KILL_AT: which one, counted from the start of the process; a count that is never reached
 * kills nobody. The count is told on stderr at the end (`changes: 123`).
 * HOLDFAST_KILL_WHERE: counts only what this pattern is found in: the call, the path, and what is
 * written (`writeSync /…/journal/000000000001.a.jsonl {"len":…`), or `train <model>`, once for
 * every exponential of a training, in the training's own thread.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const { isMainThread, parentPort, Worker } = threads;

const killAt = Number(process.env['HOLDFAST_KILL_AT']);
const where = process.env['HOLDFAST_KILL_WHERE'];
const pattern = where === undefined ? null : new RegExp(where);
let changes = 0;

function count(what: () => string): void {
  if (pattern !== null && !pattern.test(what())) return;
  changes += 1;
  if (changes === killAt) process.kill(process.pid, 'SIGKILL');
}

const NAMES = [
  ...(['renameSync', 'linkSync', 'unlinkSync', 'mkdirSync', 'writeSync'] as const),
  ...(['fsyncSync', 'fdatasyncSync'] as const),
];

/** What a handle is open on (Linux), or the path itself. */
const pathOf = (given: unknown): string =>
  typeof given === 'number' ? fs.readlinkSync(`/proc/self/fd/${given}`) : String(given);

const textOf = (given: unknown): string =>
  given instanceof Uint8Array ? Buffer.from(given).toString('latin1') : String(given ?? '');

for (const name of NAMES) {
  const original = fs[name] as (...given: unknown[]) => unknown;
  const counted = (...given: unknown[]): unknown => {
    count(() => `${name} ${pathOf(given[0])} ${textOf(given[1])}`);
    return original(...given);
  };
  Object.assign(fs, { [name]: counted });
}

/** A thread that begins with a text of code is not given the preloads of its process. */
class PreloadedWorker extends Worker {
  constructor(code: string, options: threads.WorkerOptions) {
    super(`import(${JSON.stringify(import.meta.url)}).then(() => { ${code} })`, options);
  }
}

interface Job {
  readonly request: { readonly model: string };
}

/** Counts in the thread of a training, which is told its request before anything is computed. */
function countTraining(port: threads.MessagePort): void {
  const { on } = port;
  const { exp } = Math;
  let model = '';
  Math.exp = value => {
    count(() => `train ${model}`);
    return exp(value);
  };
  const onJob = (event: string, train: (job: Job) => void) =>
    on.call(port, event, (job: Job) => {
      ({ model } = job.request);
      train(job);
    });
  Object.assign(port, { on: onJob });
}

if (where?.startsWith('train ')) {
  if (parentPort !== null) countTraining(parentPort);
  else if (isMainThread) {
    Object.assign(threads, { Worker: PreloadedWorker });
    syncBuiltinESMExports();
  }
}

if (isMainThread) process.on('exit', () => process.stderr.write(`changes: ${changes}\n`));
