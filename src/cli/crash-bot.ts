/**
 * A bot as a real child process: started, watched, killed.
 *
 * Promises: SIGKILL goes to the very process that was started (no npm, no shell between); what it
 * printed is kept within a bound. Never: leaves a child behind (`endAll`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT, Fault } from '../base/fault.ts';

/** How to call the bot: program and its first arguments. */
export type BotCommand = readonly [program: string, ...args: string[]];

export interface BotRun {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly killed: boolean;
  /** Milliseconds from the spawn to the `ready` line; null: it never came. */
  readonly readyMs: number | null;
  readonly totalMs: number;
  /** The step named in the `ready` line, 0 where it names none (a new directory); null: no such line. */
  readonly readySeq: number | null;
  /** Both streams as they came, and stdout alone. */
  readonly output: string;
  readonly stdout: string;
}

const OUTPUT_CHARS_MAX = 1_000_000;
const alive = new Set<ChildProcess>();

export function endAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

export interface RunOptions {
  /** Null: it runs to its end. */
  readonly killAfterMs: number | null;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

export function runBot(
  command: BotCommand,
  args: readonly string[],
  { killAfterMs, env = {} }: RunOptions = { killAfterMs: null },
): Promise<BotRun> {
  const [program, ...first] = command;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, [...first, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    alive.add(child);
    let output = '';
    let stdout = '';
    let readyMs: number | null = null;
    let killed = false;
    const listen = (text: string): void => {
      output = (output + text).slice(-OUTPUT_CHARS_MAX);
      if (readyMs === null && /^ready\b/m.test(output)) readyMs = performance.now() - started;
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-OUTPUT_CHARS_MAX);
      listen(text);
    });
    child.stderr.setEncoding('utf8').on('data', listen);
    const kill = (): void => {
      killed = child.kill('SIGKILL');
    };
    const timer = killAfterMs === null ? null : setTimeout(kill, killAfterMs);
    child.on('error', error => {
      alive.delete(child);
      reject(new Fault(EXIT.checkFailed, `cannot start the bot: ${error.message}`, 'see above'));
    });
    child.on('close', (code, signal) => {
      alive.delete(child);
      if (timer !== null) clearTimeout(timer);
      const totalMs = performance.now() - started;
      const shared = { code, readyMs, totalMs, readySeq: readSeq(output), output, stdout };
      resolve({ ...shared, killed: killed && signal === 'SIGKILL' });
    });
  });
}

function readSeq(output: string): number | null {
  const line = /^ready\b.*$/m.exec(output)?.[0];
  return line === undefined ? null : Number(/\bstep (\d+)/.exec(line)?.[1] ?? 0);
}

/** The fault with which a bot ended: its exit code, and its line without the name before it. */
export function faultOf({ code, output }: BotRun): Fault | null {
  const exitCode = Object.values(EXIT).find(each => each === code);
  if (exitCode === undefined || exitCode === EXIT.ok) return null;
  const [, what, remedy] = /^holdfast: (.+) — (.+)$/m.exec(output) ?? [];
  return what === undefined || remedy === undefined ? null : new Fault(exitCode, what, remedy);
}

/** A line in which a bot admits to have lost something, or null. */
export function admittedLoss(output: string): string | null {
  for (const line of output.split('\n')) {
    const plain = line.replace(/nothing (was |is |were )?lost|lost nothing|no loss/gi, '');
    if (/\blost\b|quarantine|--accept-loss|started? (afresh|from defaults)/i.test(plain))
      return line;
  }
  return null;
}
