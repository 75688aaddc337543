/**
 * Planted bugs: the suites themselves, run on a Holdfast with a known bug in it.
 *
 * A case is a process that loads the sources with one edit (planted/preload.ts) and runs one suite;
 * it must end with a failed case that says what the oracle says of such a bug: one whose own
 * preparation broke has seen nothing. The last cases run the same suites without a bug, and must not
 * fail.
 * Promises: a bug that no suite sees is a failure, and so is an edit that no longer fits.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.ts';
import { EXIT } from '../../../src/base/fault.ts';
import { bugs, ORACLE, type PlantedBug } from '../planted/bugs.ts';
import type { Campaign, Suite } from '../suite.ts';
import type { Tally } from '../tally.ts';

const RUN = fileURLToPath(new URL('../run.ts', import.meta.url));
const CACHE = join(tmpdir(), 'node-compile-cache');
const PRELOAD = new URL('../planted/preload.ts', import.meta.url).href;

/** Cases in which a suite has to see a bug. */
const CASES: Readonly<Record<string, number>> = {
  ...{ kill: 400, power: 40, sequence: 1_000, refuse: 100 },
  'two-bots': 24,
};
/** Suites that must also see no bug where there is none, in this share of those cases. */
const CONTROLS = ['kill', 'power', 'sequence', 'refuse'];
const CONTROL_LIVES = '^(checkpoints|blobs|a scrub|a start that meets)';
const CONTROL_SHARE = 0.1;
/** Less than the runner waits for a case, so that none outlives it. */
const CASE_MS_MAX = 110_000;

interface Experiment {
  readonly suite: string;
  readonly bug: PlantedBug | null;
}

export const planted: Suite = {
  name: 'planted',
  promise: 'a known bug in the sources makes the suite fail that has to see it',
  quick: 100,
  prepare: async seed => {
    // Of this list it is one itself.
    const { suiteNamed } = await import('../suites.ts');
    const isHere = ({ suite }: { readonly suite: string }) =>
      (must(suiteNamed(suite), suite).missing?.() ?? null) === null;
    const experiments: readonly Experiment[] = [
      ...bugs.filter(isHere).map(bug => ({ suite: bug.suite, bug })),
      ...CONTROLS.map(suite => ({ suite, bug: null })),
    ];
    return {
      cases: experiments.length,
      run: index => experiment(must(experiments[index], 'experiment'), seed),
    } satisfies Campaign;
  },
};

async function experiment({ suite, bug }: Experiment, seed: number): Promise<string> {
  const cases = Math.ceil(must(CASES[suite], suite) * (bug === null ? CONTROL_SHARE : 1));
  const { code, out } = await runSuiteWith(bug, [
    ...['--suite', suite, '--cases', String(cases), '--seed', String(seed)],
    ...['--threads', '1', '--until-failure', '--json'],
  ]);
  if (bug === null) {
    assert.equal(code, EXIT.ok, `${suite} fails without a bug:\n${out}`);
    return 'no bug, none seen';
  }
  assert.equal(code, EXIT.checkFailed, `${suite} does not see that ${bug.name}:\n${out}`);
  const [tally] = JSON.parse(out) as Tally[];
  const said = must(tally, 'a tally').failures.map(({ why }) => why);
  assert.ok(isSeen(bug, said), `${suite} fails, but not of it: ${bug.name}\n${said.join('\n')}`);
  return `seen by ${suite}`;
}

/** Whether one of them is a case that failed, in the oracle's words. */
export const isSeen = ({ says = ORACLE }: PlantedBug, said: readonly string[]): boolean =>
  said.some(why => says.test(why) && !why.includes(' breaks by itself: '));

function runSuiteWith(
  bug: PlantedBug | null,
  argv: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string }> {
  const { NODE_OPTIONS = '', ...others } = process.env;
  // Half of what a case costs is the loading of sources that are the same in each.
  const rest = { NODE_COMPILE_CACHE: CACHE, ...others };
  const env =
    bug === null
      ? { ...rest, NODE_OPTIONS, HOLDFAST_LIVES: CONTROL_LIVES }
      : {
          ...{ ...rest, HOLDFAST_PLANTED: bug.name, HOLDFAST_LIVES: bug.lives ?? '' },
          NODE_OPTIONS: `${NODE_OPTIONS} --import=${PRELOAD}`,
        };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CASE_MS_MAX,
    });
    let [out, told] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    child.on('error', reject);
    // What is no JSON is for people.
    child.on('close', code => resolve({ code, out: out.startsWith('[') ? out : out + told }));
  });
}
