/**
 * A directory that a process of its own holds (holder.ts), as the suite sees it.
 *
 * Promises: what it says is waited for within a bound; it is gone when `end` returns, whatever state
 * it was in.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { acknowledgedIn } from './stage.ts';

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url));
const PATIENCE_MS = 60_000;
const LOOK_MS = 2;

export class Held {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #stdout = '';

  /** `before`: programs that start it, such as `unshare -m`. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [HOLDER, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#gone = once(child, 'exit');
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get acknowledged(): number {
    return acknowledgedIn(this.#stdout);
  }

  async ready(): Promise<this> {
    await this.#says(/^ready \d+\n/m);
    return this;
  }

  /** One more step, durable. */
  async step(): Promise<void> {
    const seq = this.acknowledged + 1;
    this.#child.stdin?.write('\n');
    await this.#says(new RegExp(`^step ${seq}\n`, 'm'));
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.send('SIGKILL');
    await this.#gone;
  }

  /** A clean stop. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#says(/^stopped\n/m);
    await this.#gone;
  }

  async #says(pattern: RegExp): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!pattern.test(this.#stdout)) {
      assert.ok(this.#child.exitCode === null, `the holder ended: ${this.#stdout}`);
      assert.ok(performance.now() < giveUpAt, `the holder never said ${pattern}: ${this.#stdout}`);
      await sleep(LOOK_MS);
    }
  }
}
