/**
 * `npm run test:exchange -- --runs N --seed S`: lives of a live account, each a bot as a real process
 * that is killed again and again on an exchange that misbehaves (life.ts).
 *
 *   --runs N      how many lives (default 20)
 *   --seed S      of the first; the others' follow it (default 1)
 *   --threads T   lives at the same time (default: two a core: half of a life is waiting)
 *   --repro SEED  that life alone, with all that its processes said
 *   --market M    recorded or simulated (default: recorded where the recordings are at hand)
 *   --json        the lives as JSON on stdout
 * Exit 0 when every life was survived whole, 1 when one was not, 2 for a slip in the options. The
 * directory of a life that was not survived is kept, and named.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ProgressBar } from '../../src/app/progress-bar.ts';
import { table } from '../../src/app/table.ts';
import { EXIT } from '../../src/base/fault.ts';
import { type Life, live } from './life.ts';
import { hasRecorded, planOf } from './life-plan.ts';
import { endAll } from './live-bot.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(2 * availableParallelism()) },
    repro: { type: 'string' },
    market: { type: 'string', default: hasRecorded() ? 'recorded' : 'simulated' },
    json: { type: 'boolean', default: false },
  },
});

const count = (name: 'runs' | 'seed' | 'threads' | 'repro', least: number): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`test:exchange: --${name} is a whole number from ${least}\n`);
  process.exit(EXIT.usage);
};
const market = values.market === 'simulated' ? 'simulated' : 'recorded';
const repro = values.repro === undefined ? null : count('repro', 0);
const runs = repro === null ? count('runs', 1) : 1;
const seed = repro ?? count('seed', 0);

/** In memory where the system has such a place: a kill loses nothing of it. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = mkdtempSync(join(parent, 'holdfast-campaign-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    endAll();
    // What was done by then is told all the same.
    tell();
    process.exit(EXIT.leftAtOnce);
  });

const bar = new ProgressBar(process.stderr, 'test:exchange');
const lives: Life[] = [];
const nursery = new Map<number, Promise<void>>();
let next = 0;
const lane = async (): Promise<void> => {
  while (next < runs) {
    const own = seed + next;
    next += 1;
    const life = await live(planOf(own, market), folder, nursery);
    lives.push(life);
    if (life.problems.length > 0)
      bar.say(
        `FAILED --repro ${own} (${join(folder, String(own))}): ${life.problems.slice(0, 3).join('; ')}`,
      );
    const failed = lives.filter(({ problems }) => problems.length > 0).length;
    bar.show(lives.length / runs, failed === 0 ? '' : `${failed} FAILED`);
  }
};
await Promise.all(Array.from({ length: Math.min(runs, count('threads', 1)) }, lane));
bar.end();

const failed = lives.filter(({ problems }) => problems.length > 0);
if (repro !== null)
  for (const { output, problems } of lives)
    process.stderr.write(`${output}\n${problems.join('\n')}\n`);
tell();
if (failed.length === 0) rmSync(folder, { recursive: true, force: true });
process.exitCode = failed.length === 0 ? EXIT.ok : EXIT.checkFailed;

function tell(): void {
  if (values.json)
    process.stdout.write(`${JSON.stringify(lives.map(({ output: _, ...life }) => life))}\n`);
  else process.stdout.write(`${told()}\n`);
}

function told(): string {
  const sum = (of: (life: Life) => number): string =>
    lives.reduce((total, life) => total + of(life), 0).toLocaleString('en-US');
  const most = (of: (life: Life) => number): string => Math.max(...lives.map(of)).toFixed(0);
  const medianOf = (of: (life: Life) => number): number =>
    lives.map(of).toSorted((one, other) => one - other)[lives.length >> 1] ?? 0;
  const rows = [
    [`lives (${market} market, seeds ${seed} to ${seed + runs - 1})`, sum(() => 1)],
    ['processes started', sum(life => life.starts)],
    ['killed by SIGKILL', sum(life => life.kills)],
    ['faults of the exchange', sum(life => life.faults)],
    [
      'candles, and those of them in time',
      `${sum(life => life.candles)}, ${sum(life => life.inTime)}`,
    ],
    [
      'orders approved, and entries among them',
      `${sum(life => life.approved)}, ${sum(life => life.entries)}`,
    ],
    ['orders approved in the median life', String(medianOf(life => life.approved))],
    ['orders and stops taken by the exchange', sum(life => life.taken)],
    ['orders in doubt, looked up', sum(life => life.doubted)],
    ['fills, each booked once', sum(life => life.fills)],
    ['trades closed', sum(life => life.trades)],
    ['positions adopted', sum(life => life.adopted)],
    ['stops that a person canceled', sum(life => life.stopsCanceled)],
    ['orders that a person placed', sum(life => life.ordersPlaced)],
    [
      'flattens at the end, and those beyond the one planned in a life',
      `${sum(life => life.flattens)}, ${sum(life => Math.max(0, life.flattens - 1))}`,
    ],
    ['accounts compared once more by a start at the end', `${sum(life => life.comparedAgain)}`],
    ['longest without a stop, both sides up', `${most(life => life.bareMs)} ms`],
    ['the same, the machine’s slowness included', `${most(life => life.bareSlowMs)} ms`],
    ['longest without a stop, outages and kills included', `${most(life => life.bareAwayMs)} ms`],
    ['longest life', `${most(life => life.seconds)} s`],
    ['lives not survived whole', sum(life => Math.min(1, life.problems.length))],
  ];
  const columns = [{ title: 'what' }, { title: 'figure', align: 'right' as const }];
  return table(columns, rows);
}
