/**
 * A refusal as every one has to be: one line that names the thing and the remedy, the design's
 * exit code, no stack.
 */
import assert from 'node:assert/strict';
import type { ExitCode } from '../../src/base/fault.ts';
import { type Ending, runBot } from './bot-process.ts';

export interface Refusal {
  readonly code: ExitCode;
  /** What the line has to say. */
  readonly names: RegExp;
}

export async function assertRefused(
  args: readonly string[],
  refusal: Refusal,
  env?: Readonly<Record<string, string>>,
): Promise<void> {
  assertRefusal(await runBot(args, env), refusal);
}

export function assertRefusal(ending: Ending, { code, names }: Refusal): void {
  assert.equal(ending.code, code, `${ending.signal ?? ''}${ending.stderr}${ending.stdout}`);
  assert.match(ending.stderr, /^holdfast: [^\n]+ — [^\n]+\n$/);
  assert.match(ending.stderr, names);
  assert.doesNotMatch(ending.stderr + ending.stdout, /^\s+at .*\.(ts|js):\d|node:internal/m);
}
