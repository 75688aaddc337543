/**
 * Runs of the ablation: `backtest --json --walk-forward` as child processes, their answers kept.
 *
 * Promises: at most two at a time; an answer is kept in the scratch folder under a hash of the
 * sources, the case and the options, so that an ablation that was stopped goes on where it was;
 * the caller's environment and config have no say. Never: keeps the answer of a run that failed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { WalkForward } from '../src/app/walk-forward.ts';
import { type Case, titleOf, type Variant } from './ablation-case.ts';
import { ALL_LEARNERS } from './all-learners.ts';

/** What is read of a backtest's JSON. */
export interface Answer {
  readonly totalReturn: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly feesPaid: number;
  readonly candles: number;
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly walkForward: WalkForward;
}

export interface Job {
  readonly case: Case;
  readonly variant: Variant;
  readonly seed: number;
}

export interface Done extends Job {
  readonly answer: Answer;
}

export interface RunPlan {
  readonly data: string;
  readonly work: string;
  /** As `backtest --until`; for trying things out. */
  readonly until: string | null;
  readonly atOnce: 1 | 2;
  /** Hears after each job how many are done of those that were not done before. */
  readonly onDone: (done: number, of: readonly Job[]) => void;
}

const root = resolve(import.meta.dirname, '..');
const SEGMENTS = 10;

export const tapeFile = (data: string, name: string): string => join(data, `${name}.csv.gz`);

/** Options of `backtest` for a job. */
export function optionsOf(job: Job, plan: Pick<RunPlan, 'data' | 'until'>): string[] {
  const { tapes, funding } = job.case;
  const files = (names: readonly string[]) => names.map(name => tapeFile(plan.data, name));
  return [
    ...['--json', '--walk-forward', String(SEGMENTS), '--seed', String(job.seed)],
    ...['--tape', ...files(tapes)],
    ...(funding.length === 0 ? [] : ['--funding', ...files(funding)]),
    ...(plan.until === null ? [] : ['--until', plan.until]),
    ...job.variant.options,
  ];
}

/** A hash of all that decides a result: the sources (tests aside) and what they depend on. */
export function sourceHash(): string {
  const hash = createHash('sha256');
  const files = globSync('src/**/*', { cwd: root, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...files, join(root, 'package-lock.json')])
    hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Answers in the order of the jobs. */
export async function runAll(jobs: readonly Job[], plan: RunPlan): Promise<Done[]> {
  mkdirSync(plan.work, { recursive: true });
  const sources = sourceHash();
  const fileOf = (job: Job): string => join(plan.work, `${keyOf(job, plan, sources)}.json`);
  const owed = jobs.filter(job => !existsSync(fileOf(job)));
  await runOwed(owed, plan, fileOf);
  return jobs.map(job => ({
    ...job,
    answer: JSON.parse(readFileSync(fileOf(job), 'utf8')) as Answer,
  }));
}

const keyOf = (job: Job, plan: RunPlan, sources: string): string =>
  createHash('sha256')
    .update(JSON.stringify([sources, job.case.timeframe, optionsOf(job, plan)]))
    .digest('hex');

async function runOwed(
  owed: readonly Job[],
  plan: RunPlan,
  fileOf: (job: Job) => string,
): Promise<void> {
  const children = new Set<ChildProcess>();
  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  const stop = (): void => {
    killAll();
    process.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < owed.length; index = next++) {
      const job = owed[index] as Job;
      const file = fileOf(job);
      writeFileSync(`${file}.part`, await backtest(job, plan, children));
      renameSync(`${file}.part`, file);
      done += 1;
      plan.onDone(done, owed);
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.atOnce }, work));
  } finally {
    killAll();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  }
}

function backtest(job: Job, plan: RunPlan, children: Set<ChildProcess>): Promise<string> {
  const args = [join(root, 'src/main.ts'), 'backtest', ...optionsOf(job, plan)];
  return new Promise((settle, refuse) => {
    const child = spawn(process.execPath, args, {
      cwd: plan.work,
      env: {
        ...ALL_LEARNERS,
        PATH: process.env['PATH'],
        HOLDFAST__TIMEFRAME: job.case.timeframe,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', refuse);
    child.once('close', code => {
      children.delete(child);
      if (code === 0) settle(out);
      else
        refuse(
          new Error(
            `${titleOf(job.case)} (${job.variant.title}, seed ${job.seed}) ended with ${code}: ${errors.trim().split('\n').at(-1)}`,
          ),
        );
    });
  });
}
