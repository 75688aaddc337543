/**
 * What a dashboard costs: `trade` at full speed without one, with one that nobody looks at, and with
 * twenty pages that listen, in a process of their own.
 *
 * What it costs to open one is a figure of its own; the others are of the candles alone, from when all
 * who listen are there: else a start, the reading of a long tape and who came when would be in them,
 * which are half of the CPU of so short a run. Two figures of each: candles per second, in which the
 * disk and the machine's other work show too, and the CPU time of the bot's own thread per candle, in
 * which they hardly do. A disk is quick for seconds and then is not: the three are taken by turns, in
 * another order each time, and what is compared are runs of one round; the median of those counts.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fullSpeed } from '../src/app/clock.ts';
import { loadConfig } from '../src/app/config.ts';
import { openTapes } from '../src/app/market-source.ts';
import { openSession, type Session } from '../src/app/session.ts';
import { version } from '../src/app/version.ts';
import type { StepResult } from '../src/core/step.ts';
import { type Dashboard, openDashboard } from '../src/web/dashboard.ts';
import { ALL_LEARNERS } from './all-learners.ts';
import { longTape } from './market.ts';
import { quantile, type Row, row } from './table.ts';

const CLIENT = fileURLToPath(new URL('./web-client.ts', import.meta.url));
const CANDLES = 10_000;
const ROUNDS = 7;
const CLIENTS = 20;
const PIPED = { stdio: ['ignore', 'pipe', 'inherit'] } satisfies SpawnOptions;
const DOOR = { host: '127.0.0.1', port: 0, hosts: [], token: 'of-the-bench', isOpen: false };

/** Pages that listen; null: no dashboard. */
type Clients = number | null;

interface Cost {
  /** CPU of the bot's thread. */
  readonly openingMs: number;
  readonly perSecond: number;
  readonly cpuMicros: number;
}

type Round = ReadonlyMap<Clients, Cost>;

const TITLES: ReadonlyMap<Clients, string> = new Map([
  [null, 'trade at full speed, no dashboard'],
  [0, 'a dashboard that nobody looks at'],
  [CLIENTS, `${CLIENTS} pages that listen to it`],
]);

export async function web(folder: string): Promise<Row[]> {
  const tape = await longTape(folder);
  const run = (name: string, clients: Clients) => costOf(join(folder, name), tape, clients);
  await run('warm', CLIENTS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const costs = new Map<Clients, Cost>();
    const order = [...TITLES.keys()];
    order.push(...order.splice(0, round % order.length));
    for (const clients of order) costs.set(clients, await run(`${clients}-${round}`, clients));
    rounds.push(costs);
  }
  return rowsOf(rounds);
}

function rowsOf(rounds: readonly Round[]): Row[] {
  const figure = (round: Round, clients: Clients, name: keyof Cost): number =>
    round.get(clients)?.[name] ?? Number.NaN;
  const of = (clients: Clients, name: keyof Cost): number =>
    quantile(
      rounds.map(round => figure(round, clients, name)),
      0.5,
    );
  const ratio = (what: string, one: Clients, other: Clients, name: keyof Cost): Row => {
    const values = rounds.map(round => {
      const share = figure(round, one, name) / figure(round, other, name);
      return name === 'perSecond' ? share : 1 / share;
    });
    const value = quantile(values, 0.5);
    return row({ what, value, unit: '×', decimals: 3, atLeast: 0.97 });
  };
  const cpu = "by the CPU of the bot's thread";
  return [
    ...[...TITLES].flatMap(([clients, what]) => [
      row({ what, value: of(clients, 'perSecond'), unit: 'candles/s' }),
      row({
        what: "  CPU of the bot's thread per candle",
        ...{ value: of(clients, 'cpuMicros'), unit: 'µs', decimals: 1 },
      }),
    ]),
    row({
      what: "  to open it, CPU of the bot's thread, once",
      ...{ value: of(0, 'openingMs'), unit: 'ms', decimals: 1 },
    }),
    ratio('  nobody looks against no dashboard, candles per second', 0, null, 'perSecond'),
    ratio(`  the same ${cpu}`, 0, null, 'cpuMicros'),
    ratio('  pages against nobody, candles per second', CLIENTS, 0, 'perSecond'),
    ratio(`  the same ${cpu}`, CLIENTS, 0, 'cpuMicros'),
  ];
}

async function costOf(directory: string, tape: string, clients: Clients): Promise<Cost> {
  const config = loadConfig({ env: ALL_LEARNERS });
  const source = await openTapes({ tape: [tape], funding: [], skipBadRows: false }, config);
  let show: Dashboard['watch'] = () => {};
  const session = await openSession({
    ...{ directory, journalMirror: null, acceptLoss: false, allowNetwork: false, seed: 1 },
    ...{ sharedSync: false, scrub: { hours: 0, share: 1 }, settings: config.settings },
    ...{ source: () => source, warn: () => {} },
    watch: (result: StepResult) => show(result),
  });
  const opening = cpuMicros();
  const opened = clients === null ? null : await openedFor(session);
  const openingMs = (cpuMicros() - opening) / 1000;
  if (opened !== null) show = opened.dashboard.watch;
  const pages = opened !== null && clients ? await pagesAt(opened.address, clients) : null;
  const before = cpuMicros();
  const { figures } = await session.run({
    ...{ pace: fullSpeed(), stop: new AbortController().signal },
    until: { kind: 'candles', count: CANDLES },
  });
  const spent = cpuMicros() - before;
  await opened?.dashboard.close('measured');
  pages?.kill();
  await session.close();
  rmSync(directory, { recursive: true, force: true });
  const { candles, seconds } = figures;
  return { openingMs, perSecond: candles / seconds, cpuMicros: spent / candles };
}

const cpuMicros = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

async function openedFor(session: Session) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const dashboard = openDashboard({
    ...{ session, door: DOOR, journalMirror: null, allowNetwork: false, version: version() },
    ...{
      startedAt: Date.now(),
      now: Date.now,
      progress: () => null,
      following: () => null,
      backup: () => null,
    },
    ...{ onListening: resolve, warn: line => reject(new Error(line)) },
  });
  return { dashboard, address: await promise };
}

/** When all of them listen: each says a byte when its stream begins. */
async function pagesAt(address: string, count: number) {
  const pages = spawn(process.execPath, [CLIENT, address, String(count)], PIPED);
  let heard = 0;
  for await (const bytes of pages.stdout ?? []) {
    heard += (bytes as Buffer).length;
    if (heard >= count) break;
  }
  if (heard < count) throw new Error(`${heard} pages came to listen`);
  return pages;
}
