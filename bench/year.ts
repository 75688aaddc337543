/**
 * The size of the state directory through a year of 1-minute candles of two symbols (1.05 million),
 * and through the beginning of the same year at `trade`'s one sync a step:
 *
 *   node bench/year.ts [--candles 1051200] [--trade-candles 60000]
 *
 * Promises: looks at the directory ten times a second, so a peak that a checkpoint makes for a
 * moment is seen; quarantine aside, like the bot's own warning.
 */
import { spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_LEARNERS } from './all-learners.ts';
import { simulatedTapes, YEAR_MINUTES } from './market.ts';
import { type Row, row, table } from './table.ts';

const LOOK_MS = 100;
const BYTES_AIM = 50 * 1024 * 1024;
const main = resolve(import.meta.dirname, '../src/main.ts');

interface Sizes {
  /** Bytes of the whole directory: the most that was seen, and at the end. */
  readonly most: number;
  readonly last: number;
  /** The most that was seen of each part, by name. */
  readonly parts: ReadonlyMap<string, number>;
  readonly seconds: number;
}

async function live(directory: string, args: readonly string[]): Promise<Sizes> {
  const startedAt = performance.now();
  const parts = new Map<string, number>();
  let most = 0;
  let last = 0;
  const look = (): void => {
    const now = sizesOf(directory);
    last = 0;
    for (const [part, bytes] of now) {
      parts.set(part, Math.max(parts.get(part) ?? 0, bytes));
      last += bytes;
    }
    most = Math.max(most, last);
  };
  const child = spawn(process.execPath, [main, ...args, '--dir', directory], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...ALL_LEARNERS, HOLDFAST__WEB__ENABLED: 'false' },
  });
  const timer = setInterval(look, LOOK_MS);
  const code = await new Promise(done => child.on('exit', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args.join(' ')} exited ${code}`);
  look();
  return { most, last, parts, seconds: (performance.now() - startedAt) / 1000 };
}

/** Bytes by first name below the directory; a file that goes meanwhile counts nothing. */
function sizesOf(directory: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const name of namesIn(directory))
    if (name !== 'quarantine') sizes.set(name, bytesOf(join(directory, name)));
  return sizes;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file with two names (the former generation's) counts once for each, as `du -l` does. */
function bytesOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return namesIn(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

function rowsOf(what: string, sizes: Sizes): Row[] {
  const { most, last, parts, seconds } = sizes;
  const megabytes = (bytes: number): number => bytes / 2 ** 20;
  const largest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 4);
  return [
    row({
      what: `${what}: most`,
      value: megabytes(most),
      unit: 'MiB',
      decimals: 1,
      atMost: megabytes(BYTES_AIM),
    }),
    row({ what: '  at the end', value: megabytes(last), unit: 'MiB', decimals: 1 }),
    ...largest.map(([part, bytes]) =>
      row({ what: `  most of ${part}`, value: megabytes(bytes), unit: 'MiB', decimals: 1 }),
    ),
    row({ what: '  it took', value: seconds, unit: 's' }),
  ];
}

const { values } = parseArgs({
  options: {
    candles: { type: 'string', default: String(2 * YEAR_MINUTES) },
    'trade-candles': { type: 'string', default: '60000' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'holdfast-year-'));
try {
  const minutes = Math.ceil(Number(values.candles) / 2);
  const tape = ['--tape', ...(await simulatedTapes(folder, { minutes, symbols: 2 }))];
  process.stderr.write(`backtest of ${2 * minutes} candles …\n`);
  const backtest = await live(join(folder, 'backtest'), ['backtest', ...tape, '--json']);
  const part = values['trade-candles'];
  process.stderr.write(`trade of ${part} candles …\n`);
  const options = ['trade', ...tape, '--speed', 'max', '--until', part];
  const trade = await live(join(folder, 'trade'), options);
  const rows = [
    ...rowsOf(`directory in a year of two symbols (${2 * minutes} candles, backtest)`, backtest),
    ...rowsOf(`directory in its first ${part} candles (trade)`, trade),
  ];
  process.stdout.write(`${table(rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
