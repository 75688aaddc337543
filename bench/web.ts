/**
 * What a dashboard costs: `trade` at full speed without one, with one that nobody looks at, and with
 * twenty pages that listen, in a process of their own.
 *
 * Two figures of each: candles per second, in which the machine's other work shows too, and the CPU
 * time of the bot's own thread per candle, in which it hardly does.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../src/cli/cli.ts';
import { ALL_LEARNERS } from './all-learners.ts';
import { longTape } from './market.ts';
import { type Row, row } from './table.ts';

const CLIENT = fileURLToPath(new URL('./web-client.ts', import.meta.url));
const CANDLES = 10_000;
const ROUNDS = 3;
const CLIENTS = 20;
const PORT = 18_480;
const ADDRESS = `http://127.0.0.1:${PORT}`;
const PIPED = { stdio: ['ignore', 'pipe', 'inherit'] } satisfies SpawnOptions;

interface Cost {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

export async function web(folder: string): Promise<Row[]> {
  const tape = await longTape(folder);
  const costs = new Map<number | null, Cost[]>([null, 0, CLIENTS].map(key => [key, []]));
  const run = (name: string, clients: number | null) => costOf(join(folder, name), tape, clients);
  await run('warm', CLIENTS);
  // By turns, so that what else the machine does meets all three alike.
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [clients, known] of costs) known.push(await run(`${clients}-${round}`, clients));
  const of = (clients: number | null, figure: keyof Cost): number =>
    median((costs.get(clients) ?? []).map(cost => cost[figure]));
  const figures = (clients: number | null) => [
    row({
      ...{ what: TITLES.get(clients) ?? '', value: of(clients, 'perSecond') },
      unit: 'candles/s',
    }),
    row({
      ...{ what: "  CPU of the bot's thread per candle", value: of(clients, 'cpuMicros') },
      ...{ unit: 'µs', decimals: 1 },
    }),
  ];
  const against = { unit: '×', decimals: 3, atLeast: 0.97 };
  return [
    ...[null, 0, CLIENTS].flatMap(figures),
    row({
      what: '  pages against none, candles per second',
      value: of(CLIENTS, 'perSecond') / of(0, 'perSecond'),
      ...against,
    }),
    row({
      what: "  the same by the CPU of the bot's thread",
      value: of(0, 'cpuMicros') / of(CLIENTS, 'cpuMicros'),
      ...against,
    }),
  ];
}

const TITLES: ReadonlyMap<number | null, string> = new Map([
  [null, 'trade at full speed, no dashboard'],
  [0, 'a dashboard that nobody looks at'],
  [CLIENTS, `${CLIENTS} pages that listen to it`],
]);

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

/** `clients`: null: no dashboard. */
async function costOf(directory: string, tape: string, clients: number | null): Promise<Cost> {
  const args = ['trade', '--speed', 'max', '--until', String(CANDLES), '--tape', tape];
  const web = clients === null ? ['--no-web'] : ['--port', String(PORT)];
  // They are there before the bot is: to start a process costs the thread that does it.
  const pages = clients ? spawn(process.execPath, [CLIENT, ADDRESS, String(clients)], PIPED) : null;
  let said = '';
  let heard = 0;
  pages?.stdout?.on('data', (bytes: Buffer) => {
    heard += bytes.length;
  });
  const hear = (text: string): void => {
    said += text;
  };
  const before = process.threadCpuUsage();
  const code = await runCli([...args, ...web, '--dir', directory], {
    stdout: { write: hear, on: () => {} },
    stderr: { write: hear, on: () => {} },
    ...{ env: ALL_LEARNERS, now: Date.now, log: null },
  });
  const { user, system } = process.threadCpuUsage(before);
  pages?.kill();
  rmSync(directory, { recursive: true, force: true });
  const rate = /^Candles .*\(([\d,]+)\/s\)$/m.exec(said)?.[1];
  if (code !== 0 || rate === undefined) throw new Error(`trade exited ${code}: ${said}`);
  // A page says a byte when its stream begins.
  if (clients && heard < clients) throw new Error(`${heard} pages came to listen`);
  return { perSecond: Number(rate.replaceAll(',', '')), cpuMicros: (user + system) / CANDLES };
}
