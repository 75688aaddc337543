/**
 * The bot as a real child process (`node src/main.ts`): started, watched, signalled.
 *
 * Promises: a signal goes to the very process that was started; whatever a test leaves running is
 * killed when it ends. Never: waits longer than a bound, and then says what it saw.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** A hung bot is a failed test; nothing is measured by it. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 2;

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const alive = new Set<ChildProcess>();
after(() => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Bot {
  readonly #child: ChildProcess;
  readonly #end: Promise<Ending>;
  #stdout = '';
  #stderr = '';
  #ended = false;

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: ROOT,
      // A test that wants a dashboard says so.
      env: { ...process.env, HOLDFAST__WEB__ENABLED: 'false', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    alive.add(child);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#end = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        alive.delete(child);
        this.#ended = true;
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get ended(): boolean {
    return this.#ended;
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Closes our end of its stdout, as `| head -1` does. */
  hangUp(): void {
    this.#child.stdout?.destroy();
  }

  /** Looks again and again; throws with what was printed when the bot ends before it is so. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      if (this.#ended || performance.now() > giveUpAt)
        throw new Error(`never saw ${what}; the bot said:\n${this.#stdout}${this.#stderr}`);
      await sleep(LOOK_MS);
    }
  }

  says(pattern: RegExp): Promise<void> {
    return this.until(String(pattern), () => pattern.test(this.#stdout));
  }

  async end(): Promise<Ending> {
    const late = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, { signal: late.signal }).then(
      () => this.send('SIGKILL'),
      () => {},
    );
    const ending = await this.#end;
    late.abort();
    await patience;
    return ending;
  }
}

export const startBot = (args: readonly string[], env?: Readonly<Record<string, string>>): Bot =>
  new Bot([process.execPath, MAIN, ...args], env);

export const runBot = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Ending> => startBot(args, env).end();

/** Runs one that must end well. */
export async function runWell(args: readonly string[]): Promise<Ending> {
  const ending = await runBot(args);
  if (ending.code !== 0)
    throw new Error(`${args.join(' ')} exited ${ending.code ?? ending.signal}: ${ending.stderr}`);
  return ending;
}
