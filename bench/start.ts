/**
 * From the start of the process to the line `ready`, measured from outside, with a full memory.
 */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ALL_LEARNERS } from './all-learners.ts';
import { makeFullState } from './full-state.ts';
import { quantile, type Row, row } from './table.ts';

const ROUNDS = 9;
/** What package.json sets, so that main.ts itself comes from the cache. */
export const NPM_START = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
const main = resolve(import.meta.dirname, '../src/main.ts');

export async function start(folder: string): Promise<Row[]> {
  const { directory, tapes } = await makeFullState(folder);
  // Nothing to trade: it gets ready, saves and leaves.
  const args = ['trade', '--dir', directory, '--until', '1', '--tape', ...tapes];
  await readyMs(args, {});
  const times: number[] = [];
  const cached: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await readyMs(args, {}));
    cached.push(await readyMs(args, NPM_START));
  }
  const bare = await Promise.all([exitMs(['-e', '0'])]);
  return [
    row({
      what: 'start to ready with a full memory, median',
      value: quantile(times, 0.5) / 1000,
      unit: 's',
      decimals: 3,
      atMost: 0.5,
    }),
    row({ what: '  fastest', value: Math.min(...times) / 1000, unit: 's', decimals: 3 }),
    row({
      what: '  as npm start begins it, median',
      value: quantile(cached, 0.5) / 1000,
      unit: 's',
      decimals: 3,
    }),
    row({ what: '  an empty Node process', value: (bare[0] ?? 0) / 1000, unit: 's', decimals: 3 }),
  ];
}

export function readyMs(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...ALL_LEARNERS, ...env },
  });
  let told = '';
  let ready: number | null = null;
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (ready === null && /^ready/m.test(told)) ready = performance.now() - startedAt;
  });
  return new Promise((done, fail) => {
    child.on('exit', code => {
      if (code === 0 && ready !== null) done(ready);
      else fail(new Error(`trade exited ${code}:\n${told}`));
    });
  });
}

function exitMs(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  return new Promise(done => {
    child.on('exit', () => done(performance.now() - startedAt));
  });
}
