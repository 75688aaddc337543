import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { workFolder, writeTapes } from '../../test/lifecycle/work-folder.ts';
import type { WalkForward } from '../app/walk-forward.ts';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';

const folder = workFolder('backtest');
const [tape = ''] = writeTapes(folder, { seed: 4, minutes: 4000 });

interface Answer {
  readonly stateHash: string;
  readonly trades: number;
  readonly totalReturn: number;
  readonly walkForward?: WalkForward;
}

/** One of the four is off by default. */
const ALL_FOUR = { HOLDFAST__LEARNING__DEEP_SIGNAL_MODEL: 'true' };

async function said(options: readonly string[], env: Record<string, string> = {}): Promise<string> {
  let out = '';
  const stdout = { write: (text: string) => (out += text), on: () => {} };
  const stderr = { write: () => {}, on: () => {} };
  const code = await runCli(['backtest', '--tape', tape, ...options], {
    ...{ stdout, stderr, env: { ...ALL_FOUR, ...env }, now: Date.now, log: null },
  });
  assert.equal(code, EXIT.ok);
  return out;
}

const answer = async (options: readonly string[], env = {}): Promise<Answer> =>
  JSON.parse(await said(['--json', ...options], env)) as Answer;

const SWITCHES = ['--no-signal-model', '--no-deep', '--no-attention', '--no-q'];

describe('backtest', () => {
  let all: Answer;
  before(async () => {
    all = await answer([]);
  });

  it('switches each learner off alone, and all four as --no-learning does', async () => {
    const hashes = [all.stateHash];
    for (const option of SWITCHES) hashes.push((await answer([option])).stateHash);
    const none = await answer(['--no-learning']);
    assert.equal(new Set([...hashes, none.stateHash]).size, 6);
    assert.equal((await answer(SWITCHES)).stateHash, none.stateHash);
  });

  it('switches off what the config has on, and never on what it has off', async () => {
    const off = { HOLDFAST__LEARNING__Q_TABLE: 'false' };
    const without = await answer(['--no-q']);
    assert.equal((await answer([], off)).stateHash, without.stateHash);
    assert.equal((await answer(['--no-q'], off)).stateHash, without.stateHash);
  });

  it('reports segments with --walk-forward, and ends with the same state', async () => {
    const report = await answer(['--walk-forward', '3']);
    assert.equal(report.stateHash, all.stateHash);
    assert.equal(all.walkForward, undefined);
    const { segments = [], overall } = report.walkForward ?? {};
    assert.equal(segments.length, 3);
    assert.equal(overall?.trades, all.trades);
    assert.ok(Math.abs((overall?.totalReturn ?? 1) - all.totalReturn) < 1e-9);
    const months = await answer(['--walk-forward']);
    assert.deepEqual(
      months.walkForward?.segments.map(({ from }) => from),
      ['2025-01-01'],
    );
  });

  it('scores the forecasts that the bot really makes', async () => {
    // Examples as close to each other as may be: attention speaks once it has seen enough.
    const often = { HOLDFAST__LEARNING__EXAMPLE_MINUTES: '0' };
    const { walkForward } = await answer(['--walk-forward'], often);
    const { attention, strategy, pool } = walkForward?.overall?.forecasts ?? {};
    for (const score of [attention, strategy, pool]) {
      assert.ok((score?.examples ?? 0) > 0);
      assert.ok((score?.logLoss ?? 0) > 0 && (score?.baseLogLoss ?? 0) > 0);
      assert.ok((score?.brier ?? 0) > 0 && (score?.baseBrier ?? 0) > 0);
    }
    const { bins = [], examples } = walkForward?.reliability ?? {};
    assert.equal(examples, pool?.examples);
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.examples, 0),
      examples,
    );
    const deaf = await answer(['--walk-forward', '--no-attention'], often);
    assert.equal(deaf.walkForward?.overall?.forecasts.attention, undefined);
    assert.ok((deaf.walkForward?.overall?.forecasts.pool?.examples ?? 0) > 0);
    assert.match(
      await said(['--walk-forward'], often),
      /^attention +\d+ +\d\.\d{4} .*^expected calibration error \d/ms,
    );
  });

  it('prints the report below the metrics', async () => {
    assert.match(
      await said(['--walk-forward']),
      /Total return.*Walk-forward: out of sample.*\nall /s,
    );
    assert.doesNotMatch(await said([]), /Walk-forward/);
  });
});
