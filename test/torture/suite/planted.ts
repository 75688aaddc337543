/**
 * Planted bugs: the suites themselves, run on a Holdfast with a known bug in it.
 *
 * A case is a process that loads the sources with one edit (planted/preload.ts) and runs one suite;
 * it must end with a failed case. The last cases run the same suites without a bug, and must not.
 * Promises: a bug that no suite sees is a failure, and so is an edit that no longer fits.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.ts';
import { EXIT } from '../../../src/base/fault.ts';
import { bugs } from '../planted/bugs.ts';
import type { Campaign, Suite } from '../suite.ts';

const RUN = fileURLToPath(new URL('../run.ts', import.meta.url));
const PRELOAD = new URL('../planted/preload.ts', import.meta.url).href;

/** Cases in which a suite has to see a bug. */
const CASES: Readonly<Record<string, number>> = {
  ...{ kill: 2_000, power: 60, sequence: 1_000, refuse: 100 },
  'two-bots': 24,
};
/** Suites that must also see no bug where there is none, in this share of those cases. */
const CONTROLS = ['kill', 'power', 'sequence', 'refuse'];
const CONTROL_SHARE = 0.2;
/** Less than the runner waits for a case, so that none outlives it. */
const CASE_MS_MAX = 110_000;

interface Experiment {
  readonly suite: string;
  readonly bug: string | null;
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
      ...bugs.filter(isHere).map(({ name, suite }) => ({ suite, bug: name })),
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
    ...['--threads', '1', '--until-failure'],
  ]);
  if (bug === null) {
    assert.equal(code, EXIT.ok, `${suite} fails without a bug:\n${out}`);
    return 'no bug, none seen';
  }
  assert.equal(code, EXIT.checkFailed, `${suite} does not see that ${bug}:\n${out}`);
  assert.match(out, new RegExp(`^FAILED ${suite}:${seed}:\\d+$`, 'm'), `${bug}: a case has failed`);
  return `seen by ${suite}`;
}

function runSuiteWith(
  bug: string | null,
  argv: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string }> {
  const { NODE_OPTIONS = '', ...rest } = process.env;
  const env =
    bug === null
      ? process.env
      : { ...rest, HOLDFAST_PLANTED: bug, NODE_OPTIONS: `${NODE_OPTIONS} --import=${PRELOAD}` };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN, ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CASE_MS_MAX,
    });
    let out = '';
    const hear = (chunk: Buffer): void => {
      out += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('close', code => resolve({ code, out }));
  });
}
