/**
 * Our end of a process that lives many lives (many-lives.ts) under the shim.
 *
 * Promises: one that died or hangs is an error of the life at hand, and the next gets a process of
 * its own. Never: two lives at a time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LifeTold } from './many-lives.ts';
import type { Plan } from './shim.ts';
import { acknowledgedIn, type Life, type Lived, type Stage } from './stage.ts';

const SCRIPT = fileURLToPath(new URL('./many-lives.ts', import.meta.url));
const PATIENCE_MS = 60_000;

export class LifeServer {
  readonly #stage: Stage;
  #child: ChildProcess | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async live({ until, mirrored = false, release = '' }: Life, plan: Plan): Promise<Lived> {
    const { directory, mirror, shim } = this.#stage;
    const child = this.#child ?? (await this.#start());
    shim.plan(plan);
    child.send({ directory, mirror: mirrored ? mirror : '', until, release, clock: '' });
    const told = (await this.#answer(child)) as LifeTold;
    return { ...told, signal: null, acknowledged: acknowledgedIn(told.stdout) };
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async #start(): Promise<ChildProcess> {
    this.#stage.shim.rest();
    const env = { ...this.#stage.env, ...this.#stage.shim.envOf() };
    const child = spawn(process.execPath, [SCRIPT], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    await this.#answer(child);
    return child;
  }

  async #answer(child: ChildProcess): Promise<unknown> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    const ended = once(child, 'exit', { signal: late.signal }).then(([code, signal]) => [
      `it died: ${signal ?? code}`,
    ]);
    try {
      const [answer] = await Promise.race([once(child, 'message', late), ended]);
      if (typeof answer === 'string' && answer !== 'ready') throw new Error(answer);
      return answer;
    } catch (error) {
      child.kill('SIGKILL');
      this.#child = null;
      throw error;
    } finally {
      clearTimeout(timer);
      late.abort();
      ended.catch(() => undefined);
    }
  }
}
