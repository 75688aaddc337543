/**
 * A backtest as the command line runs it, in this process.
 */
import { runCli } from '../src/cli/cli.ts';
import type { Io } from '../src/cli/io.ts';
import { ALL_LEARNERS } from './all-learners.ts';

export interface Figures {
  readonly candles: number;
  readonly trades: number;
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly trainingShare: number;
  readonly stateHash: string;
  /** CPU seconds of all threads, start-up aside: compiling, collecting and training included. */
  readonly cpuSeconds: number;
}

export async function backtest(
  options: readonly string[],
  watch: () => void = () => {},
): Promise<Figures> {
  let told = '';
  const io: Io = {
    stdout: { write: text => (told += text), on: () => {} },
    stderr: { write: () => watch(), on: () => {} },
    env: ALL_LEARNERS,
    now: Date.now,
    log: null,
  };
  const before = process.cpuUsage();
  const code = await runCli(['backtest', '--json', ...options], io);
  if (code !== 0) throw new Error(`backtest ${options.join(' ')} exited ${code}`);
  const { user, system } = process.cpuUsage(before);
  return { ...(JSON.parse(told) as Figures), cpuSeconds: (user + system) / 1e6 };
}
