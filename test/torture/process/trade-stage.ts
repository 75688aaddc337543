/**
 * The bot itself (`src/main.ts trade`) on a stage: a small tape, a quick learner, a twin that nobody
 * harms.
 *
 * Promises: the tape and what the twin comes to depend on nothing but the code. Never: recorded data.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { admittedLoss } from '../../../src/cli/crash-bot.ts';
import { components } from '../../../src/components.ts';
import { openDisks } from '../../../src/state/open-disks.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { digest } from '../../lifecycle/memory.ts';
import { writeConfig, writeTapes } from '../../lifecycle/work-folder.ts';
import type { Kind, Operation, Plan } from './shim.ts';
import { type Lived, MAIN, type Stage } from './stage.ts';

const MINUTES = 90;
/** Candles: where the first half stops, and the second begins. */
const HALF = 80;

export type TradeHalf = 'first' | 'second';

export class TradeStage {
  readonly stage: Stage;
  readonly #args: readonly string[];
  readonly #twin: ReturnType<typeof digest>;
  readonly #operations: Partial<Record<TradeHalf, readonly Operation[]>> = {};

  constructor(stage: Stage) {
    this.stage = stage;
    const folder = join(stage.folder, 'market');
    mkdirSync(folder);
    const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
    const config = writeConfig(folder, {});
    this.#args = [
      ...[MAIN, 'trade', '--no-web', '--speed', 'max', '--config', config],
      ...['--tape', ...tapes, '--dir', stage.directory],
    ];
    stage.begin();
    this.#runWell();
    this.#twin = digest(stage.directory);
    stage.begin();
    this.#runWell('--until', String(HALF));
    stage.keep('half');
  }

  /** One half under a plan, from where it begins. */
  trade(half: TradeHalf, plan: Plan): Lived {
    this.stage.begin(half === 'first' ? undefined : 'half');
    const until = half === 'first' ? ['--until', String(HALF)] : [];
    return this.stage.run([...this.#args, ...until], plan);
  }

  /** Of a half to which nothing is done. */
  operations(half: TradeHalf, of: readonly Kind[]): readonly Operation[] {
    const known = this.#operations[half];
    if (known !== undefined) return known;
    const { code, stderr } = this.trade(half, { of });
    assert.equal(code, 0, stderr);
    const { operations } = this.stage.shim.told();
    this.#operations[half] = operations;
    return operations;
  }

  /** A run that must end well, and must not have lost a thing. */
  #runWell(...more: string[]): void {
    const { code, signal, stdout, stderr } = this.stage.run([...this.#args, ...more]);
    assert.equal(code, 0, `${signal ?? ''}${stdout}${stderr}`);
    assert.equal(admittedLoss(stdout + stderr), null);
  }

  /** Runs on to the end of the tape: nothing tells it from the twin. */
  assertTwin(): void {
    this.#runWell();
    assert.deepEqual(digest(this.stage.directory), this.#twin);
    const { findings } = verifyDirectory(openDisks(this.stage.directory), components);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'damage'),
      [],
    );
  }
}
