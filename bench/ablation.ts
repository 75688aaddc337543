/**
 * The ablation: what each learner is worth over the recorded markets, as Markdown for
 * docs/LEARNING.md or as JSON. `npm run ablation -- --help` lists the options.
 *
 * Promises: every figure comes from `backtest --walk-forward` runs of this checkout with fees,
 * slippage and funding on; stopped and started again it goes on where it was.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { durationText } from '../src/app/number-text.ts';
import { ProgressBar } from '../src/app/progress-bar.ts';
import { timeframeMs } from '../src/base/time.ts';
import { parseTapeName } from '../src/exchange/tape-name.ts';
import { ALONE, CASES, type Case, titleOf, VARIANTS } from './ablation-case.ts';
import { type Job, runAll, tapeFile } from './ablation-run.ts';
import { ablationMarkdown, verdictsOf } from './ablation-table.ts';

const HELP = `npm run ablation -- [options]
  --data FOLDER   recorded markets (default: HOLDFAST_DATA, or ../shared/data)
  --work FOLDER   where answers are kept, outside the project (default: the system's scratch)
  --case TEXT     only markets whose title has this text; may be given again
  --alone         also each part alone
  --until END     as backtest --until: a short run, to try things out
  --seeds N       so many runs of each, with the seeds 1 to N: the verdicts are over all of
                  them, the tables show seed 1 (default: 1)
  --jobs N        runs at once, 1 or 2 (default: 2)
  --list          the markets and variants, nothing is run
  --json          JSON instead of Markdown
  --into FILE     put the Markdown between the lines <!-- ablation --> of this file
`;

const root = resolve(import.meta.dirname, '..');
const MARK = '<!-- ablation -->';

class Usage extends Error {}

function leave(code: number, message: string): never {
  process.stderr.write(`ablation: ${message}\n`);
  process.exit(code);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string' },
        work: { type: 'string', default: join(tmpdir(), 'holdfast-ablation') },
        case: { type: 'string', multiple: true, default: [] },
        alone: { type: 'boolean', default: false },
        until: { type: 'string' },
        seeds: { type: 'string', default: '1' },
        jobs: { type: 'string', default: '2' },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        into: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return leave(2, `${(error as Error).message} (see --help)`);
  }
}

const values = readOptions();

function chosenCases(): readonly Case[] {
  const wanted = values.case;
  const cases = CASES.filter(
    one => wanted.length === 0 || wanted.some(text => titleOf(one).includes(text)),
  );
  if (cases.length === 0)
    throw new Usage(`no market has ${wanted.join(' or ')} in its title; see --list`);
  return cases;
}

function dataFolder(cases: readonly Case[]): string {
  const data = resolve(values.data ?? process.env['HOLDFAST_DATA'] ?? join(root, '../shared/data'));
  const missing = cases
    .flatMap(one => [...one.tapes, ...one.funding])
    .find(name => !existsSync(tapeFile(data, name)));
  if (missing !== undefined)
    throw new Usage(`there is no ${tapeFile(data, missing)}; name the folder with --data`);
  return data;
}

function workFolder(): string {
  const work = resolve(values.work);
  if (work === root || work.startsWith(root + sep))
    throw new Usage(`${work} is inside the project; name another folder with --work`);
  return work;
}

/** About how much a job has to go through: bytes of tape, fewer candles where they are coarser. */
function weightOf({ case: { tapes, timeframe } }: Job, data: string): number {
  const bytes = tapes.reduce((sum, name) => sum + statSync(tapeFile(data, name)).size, 0);
  const own = parseTapeName(tapeFile(data, tapes[0] ?? '')).timeframeMs;
  return (bytes * own) / timeframeMs(timeframe);
}

function remaining(
  done: number,
  jobs: readonly Job[],
  by: { readonly data: string; readonly startedAt: number },
): string {
  const weight = (some: readonly Job[]): number =>
    some.reduce((sum, job) => sum + weightOf(job, by.data), 0);
  const rest = weight(jobs.slice(done)) / weight(jobs.slice(0, done));
  return `${done} of ${jobs.length}, ${durationText((performance.now() - by.startedAt) * rest)} left`;
}

const commit = (): string =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

function writeInto(file: string, text: string): void {
  const [before, , after, more] = readFileSync(file, 'utf8').split(MARK);
  if (after === undefined || more !== undefined)
    throw new Usage(`${file} has no two lines ${MARK} to put the tables between`);
  writeFileSync(file, `${before}${MARK}\n\n${text}\n\n${MARK}${after}`);
}

const SEEDS_MAX = 20;

function seedsWanted(): number[] {
  const count = /^\d+$/.test(values.seeds) ? Number(values.seeds) : 0;
  if (count < 1 || count > SEEDS_MAX) throw new Usage(`--seeds is a number from 1 to ${SEEDS_MAX}`);
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function main(): Promise<void> {
  const cases = chosenCases();
  const variants = values.alone ? [...VARIANTS, ...ALONE] : VARIANTS;
  const seeds = seedsWanted();
  if (values.jobs !== '1' && values.jobs !== '2') throw new Usage('--jobs is 1 or 2');
  const jobs = seeds.flatMap(seed =>
    cases.flatMap(one => variants.map(variant => ({ case: one, variant, seed }))),
  );
  if (values.list) {
    process.stdout.write(
      `${[...cases.map(titleOf), '', ...variants.map(({ title }) => title)].join('\n')}\n`,
    );
    return;
  }
  const bar = new ProgressBar(process.stderr, 'ablation');
  const by = { data: dataFolder(cases), startedAt: performance.now() };
  const runs = await runAll(jobs, {
    data: by.data,
    work: workFolder(),
    until: values.until ?? null,
    atOnce: values.jobs === '1' ? 1 : 2,
    onDone: (done, of) => bar.show(done / of.length, remaining(done, of, by)),
  });
  bar.end();
  if (values.json) {
    const { level, parts, skills } = verdictsOf(runs);
    process.stdout.write(
      `${JSON.stringify({ commit: commit(), level, parts, skills, runs }, null, 2)}\n`,
    );
    return;
  }
  const short = values.until === undefined ? '' : ` Only until ${values.until}.`;
  const text = `Commit ${commit()}, seeds 1 to ${seeds.length}.${short}\n\n${ablationMarkdown(runs)}`;
  if (values.into === undefined) process.stdout.write(`${text}\n`);
  else writeInto(values.into, text);
}

try {
  if (values.help) process.stdout.write(HELP);
  else await main();
} catch (error) {
  leave(error instanceof Usage ? 2 : 1, (error as Error).message);
}
