/**
 * How long the event loop of this thread is held up while something goes on beside it.
 *
 * Promises: the beginning of that something counts. Beside the wall time of a turn its own CPU, which
 * neither a busy machine nor a slow disk lengthens.
 */
import { setImmediate } from 'node:timers/promises';
import { assert } from '../src/base/assert.ts';

export interface Turn {
  readonly wallMs: number;
  /** Of this thread alone. */
  readonly cpuMs: number;
}

/** The longest turns, by either clock, of a loop that turns as often as it can. */
export async function longestTurn(work: () => Promise<unknown>): Promise<Turn> {
  let [wall, cpu] = [performance.now(), process.threadCpuUsage()];
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  let [wallMs, cpuMs] = [0, 0];
  while (!isDone) {
    await setImmediate();
    const { user, system } = process.threadCpuUsage(cpu);
    wallMs = Math.max(wallMs, performance.now() - wall);
    cpuMs = Math.max(cpuMs, (user + system) / 1000);
    [wall, cpu] = [performance.now(), process.threadCpuUsage()];
  }
  await done;
  return { wallMs, cpuMs };
}

/** What was thrown away before is no hold-up of what is measured next: it is collected now. */
export function collectGarbage(): void {
  const { gc } = globalThis;
  assert(gc !== undefined, 'this measurement runs with --expose-gc');
  gc();
}
