/**
 * `npm start` on a terminal, with a person at the keys (terminal.py).
 *
 * Promises: what stands in `unlessTerminal` is why it cannot be had here. Never: a shell between.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './bot-process.ts';

export type TerminalStep =
  | { readonly await: string }
  | { readonly type: string }
  | { readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' }
  | { readonly sleep: number };

export interface TerminalEnding {
  readonly code: number | null;
  readonly signal: number | null;
  /** Everything the terminal showed, both streams, with the status line's redraws in it. */
  readonly output: string;
}

export const CTRL_C = '\u0003';
const DRIVER = fileURLToPath(new URL('./terminal.py', import.meta.url));
const PATIENCE_SECONDS = 60;

const runs = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** What `skip` takes. */
export const unlessTerminal: string | false = !runs('python3')
  ? 'no python3 here to drive a terminal'
  : !runs('npm')
    ? 'no npm here'
    : false;

/** `npm start -- <args>` on a terminal. */
export function onTerminal(
  args: readonly string[],
  steps: readonly TerminalStep[],
): Promise<TerminalEnding> {
  const command = ['npm', 'start', '--', ...args];
  const task = JSON.stringify({ command, steps, seconds: PATIENCE_SECONDS });
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [DRIVER, task], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) resolve(JSON.parse(stdout) as TerminalEnding);
      else reject(new Error(stderr));
    });
  });
}
