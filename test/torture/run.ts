/**
 * `npm run torture -- --seed S [--quick]`: everything that could make Holdfast forget, tried.
 *
 *   --seed N        the campaign (default 1)
 *   --quick         a sample of each suite, under five minutes on two cores; what CI runs
 *   --suite A,B     these suites alone
 *   --cases N       at most so many cases a suite
 *   --repro ID      one case again, by its id `suite:seed:index`, with all it says
 *   --threads N     default: one a core
 *   --until-failure takes no more cases after the first that failed
 *   --write         put the figures of full runs into docs/RELIABILITY.md, a row a suite
 *   --json          the tallies as JSON on stdout
 * Exit 0 when no case broke its promise, 1 when one did, 2 for a slip in the options.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { ProgressBar } from '../../src/app/progress-bar.ts';
import { table } from '../../src/app/table.ts';
import { EXIT, Fault } from '../../src/base/fault.ts';
import { withFigures } from './figure-table.ts';
import { runSuites } from './lanes.ts';
import { holdScratch } from './scratch.ts';
import { runCase, type Suite } from './suite.ts';
import { suiteNamed, suites } from './suites.ts';
import { countText, endedText, ranText, type Tally } from './tally.ts';

const PAGE = new URL('../../docs/RELIABILITY.md', import.meta.url);
const FAILURES_SHOWN_MAX = 10;

holdScratch();
try {
  process.exitCode = await torture(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  process.stderr.write(`torture: ${error.message}; ${error.remedy}\n`);
  process.exitCode = error.exitCode;
}

async function torture(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (options.repro !== null) return repro(options.repro);
  const tallies = await watched(options);
  const failures = tallies.flatMap(tally => tally.failures);
  for (const { id, why } of failures.slice(0, FAILURES_SHOWN_MAX))
    process.stderr.write(`\nFAILED ${id}\n${why}\n`);
  process.stdout.write(options.json ? `${JSON.stringify(tallies)}\n` : `${told(tallies)}\n`);
  if (options.write) write(tallies, options.seed);
  return failures.length === 0 ? EXIT.ok : EXIT.checkFailed;
}

async function watched({ suites: chosen, casesMax, ...options }: Options): Promise<Tally[]> {
  const bar = new ProgressBar(process.stderr, 'torture');
  const watch = (share: number, running: readonly string[], failures: number): void =>
    bar.show(share, `${running.join(', ')}${failures === 0 ? '' : ` ${failures} FAILED`}`);
  const more = casesMax === null ? {} : { casesMax };
  const tallies = await runSuites(chosen, { ...options, ...more, watch });
  bar.end();
  return tallies;
}

async function repro(id: string): Promise<number> {
  const [name = '', seed, index] = id.split(':');
  const suite = suiteNamed(name);
  if (suite === undefined || !isCount(seed) || !isCount(index)) throw usage(`no case "${id}"`);
  const missing = suite.missing?.() ?? null;
  if (missing !== null) throw usage(`${name} cannot run here: ${missing}`);
  const campaign = await suite.prepare(Number(seed));
  try {
    const kind = await runCase(campaign, Number(index));
    process.stdout.write(`${id}: ${kind}\n`);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`FAILED ${id}\n${error instanceof Error ? error.stack : error}\n`);
    return EXIT.checkFailed;
  } finally {
    await campaign.close?.();
  }
}

function told(tallies: readonly Tally[]): string {
  const rows = tallies.map(tally => [
    tally.suite,
    `${ranText(tally)} of ${countText(tally.cases)}`,
    tally.skipped === null ? endedText(tally.ended) : `skipped: ${tally.skipped}`,
    countText(tally.failures.length),
    `${tally.seconds.toFixed(1)} s`,
  ]);
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'suite' },
    { title: 'cases', ...right },
    { title: 'how they ended' },
    { title: 'lost or undetected', ...right },
    { title: 'time', ...right },
  ];
  return table(columns, rows);
}

function write(tallies: readonly Tally[], seed: number): void {
  const facts = {
    ...{ seed, node: process.versions.node, day: new Date().toISOString().slice(0, 10) },
    commit: commitNow(),
    machine: `${os.cpus().length} cores, ${os.type()} ${os.release().split('.', 2).join('.')}`,
  };
  fs.writeFileSync(PAGE, withFigures(fs.readFileSync(PAGE, 'utf8'), tallies, facts));
}

/** A tree that is no clone has none. */
function commitNow(): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' });
  return stdout?.trim() || 'no commit';
}

interface Options {
  readonly seed: number;
  readonly size: 'quick' | 'full';
  readonly suites: readonly Suite[];
  readonly casesMax: number | null;
  readonly threads: number;
  readonly repro: string | null;
  readonly write: boolean;
  readonly json: boolean;
  readonly untilFailure: boolean;
}

function optionsOf(argv: readonly string[]): Options {
  const options = parsed(argv);
  const { seed, suite, cases, threads, repro, quick, write, json } = options;
  const names = suite === undefined ? suites.map(({ name }) => name) : suite.split(',');
  const chosen = names.map(name => {
    const found = suiteNamed(name);
    const known = suites.map(one => one.name).join(', ');
    if (found === undefined) throw usage(`no suite "${name}"`, `the suites are ${known}`);
    return found;
  });
  if (write && (quick || cases !== undefined))
    throw usage('--write is for the figures of full runs', 'leave --quick and --cases out');
  return {
    ...{ seed: count(seed, '--seed'), size: quick ? 'quick' : 'full', suites: chosen, write, json },
    casesMax: cases === undefined ? null : count(cases, '--cases'),
    threads: threads === undefined ? os.availableParallelism() : count(threads, '--threads'),
    repro: repro ?? null,
    untilFailure: options['until-failure'],
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ seed: { ...text, default: '1' }, suite: text, cases: text, threads: text, repro: text },
    ...{ quick: flag, write: flag, json: flag, 'until-failure': flag },
  };
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

/** Hoisted: the run begins above. */
function isCount(text: string | undefined): boolean {
  return /^\d{1,9}$/.test(text ?? '');
}

function count(text: string, option: string): number {
  if (!isCount(text)) throw usage(`${option} ${text} is not a number`);
  return Number(text);
}

function usage(message: string, remedy = 'the head of test/torture/run.ts lists the options') {
  return new Fault(EXIT.usage, message, remedy);
}
