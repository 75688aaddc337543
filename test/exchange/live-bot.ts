/**
 * A live bot as a real process: started, watched, killed, started again on the same directory.
 *
 * Promises: signals go to the very process that was started; it is known when it was ready and when
 * it was not. Never: leaves a process behind (`endAll`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_KEY } from './exchange.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const OUTPUT_CHARS_MAX = 200_000;
/** A hung process is a failure of the life; nothing is measured by it. */
const PATIENCE_MS = 60_000;

/** By the machine's clock. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

const alive = new Set<ChildProcess>();

export function endAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

export class LiveBot {
  /** When it was up: from `ready` to its end. */
  readonly up: Stretch[] = [];
  output = '';
  readonly #command: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #ended: Promise<Ended> = Promise.resolve({ code: 0, signal: null });
  #ready: Promise<boolean> = Promise.resolve(false);
  #readyMs: number | null = null;

  constructor(command: readonly string[], url: string) {
    this.#command = command;
    this.#env = {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      HOLDFAST_TEST_EXCHANGE_URL: url,
      HOLDFAST__EXCHANGE__KEY: TEST_KEY.key,
      HOLDFAST__EXCHANGE__SECRET: TEST_KEY.secret,
      HOLDFAST__EXCHANGE__PASSWORD: TEST_KEY.passphrase,
    };
  }

  /** Of the process; undefined: there is none. */
  get pid(): number | undefined {
    return this.#child?.exitCode === null ? this.#child.pid : undefined;
  }

  get isUp(): boolean {
    return this.#readyMs !== null;
  }

  /** False: it ended before. */
  get ready(): Promise<boolean> {
    return this.#ready;
  }

  get ended(): Promise<Ended> {
    return this.#ended;
  }

  start(): void {
    const child = spawn(process.execPath, [MAIN, 'trade', '--no-web', ...this.#command], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    alive.add(child);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#ready = promise;
    let own = '';
    const listen = (text: string): void => {
      own = (own + text).slice(-OUTPUT_CHARS_MAX);
      this.output = (this.output + text).slice(-OUTPUT_CHARS_MAX);
      if (this.#readyMs !== null || !/^ready\b/m.test(own)) return;
      this.#readyMs = performance.now();
      resolve(true);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', listen);
    this.#ended = new Promise(done => {
      child.once('close', (code, signal) => {
        alive.delete(child);
        this.#down();
        resolve(false);
        done({ code, signal });
      });
    });
  }

  kill(): void {
    this.#down();
    this.#child?.kill('SIGKILL');
  }

  /** Ends it well, and by force where it does not come. */
  async stop(): Promise<Ended> {
    this.#child?.kill('SIGTERM');
    const force = setTimeout(() => this.kill(), PATIENCE_MS);
    const ended = await this.#ended;
    clearTimeout(force);
    return ended;
  }

  /** A command of the same directory, by the command line. */
  say(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = spawn(process.execPath, [MAIN, ...args], { env: this.#env });
    alive.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    return new Promise(resolve => {
      child.once('close', code => {
        alive.delete(child);
        resolve({ code, said });
      });
    });
  }

  #down(): void {
    if (this.#readyMs !== null) this.up.push({ fromMs: this.#readyMs, untilMs: performance.now() });
    this.#readyMs = null;
  }
}
