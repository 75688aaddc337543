/**
 * What a dashboard costs: candles per second of `trade` at full speed without one, with one that
 * nobody looks at, and with twenty pages that listen, in a process of their own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALL_LEARNERS } from './all-learners.ts';
import { longTape } from './market.ts';
import { type Row, row } from './table.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('./web-client.ts', import.meta.url));
const CANDLES = 20_000;
const ROUNDS = 3;
const CLIENTS = 20;

export async function web(folder: string): Promise<Row[]> {
  const tape = await longTape(folder);
  const [none, alone, watched]: [number[], number[], number[]] = [[], [], []];
  // By turns, so that what else the machine does meets all three alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = (name: string, clients: number | null) =>
      candlesPerSecond(join(folder, `${name}-${round}`), tape, clients);
    none.push(await run('none', null));
    alone.push(await run('alone', 0));
    watched.push(await run('watched', CLIENTS));
  }
  const unit = 'candles/s';
  return [
    row({ what: 'trade at full speed, no dashboard', value: median(none), unit }),
    row({ what: '  a dashboard, nobody looks', value: median(alone), unit }),
    row({ what: `  ${CLIENTS} pages listen`, value: median(watched), unit }),
    row({
      ...{ what: `  ${CLIENTS} pages against none`, value: median(watched) / median(alone) },
      ...{ unit: '×', decimals: 3, atLeast: 0.97 },
    }),
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

/** `clients`: null: no dashboard. */
async function candlesPerSecond(
  directory: string,
  tape: string,
  clients: number | null,
): Promise<number> {
  const args = ['trade', '--speed', 'max', '--until', String(CANDLES), '--tape', tape];
  const web = clients === null ? ['--no-web'] : ['--port', '0'];
  const bot = spawn(process.execPath, [MAIN, ...args, ...web, '--dir', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...ALL_LEARNERS },
  });
  let said = '';
  let pages: ChildProcess | null = null;
  bot.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    const address = /^dashboard: (\S+) /m.exec(said)?.[1];
    if (pages !== null || address === undefined || !clients) return;
    pages = spawn(process.execPath, [CLIENT, address, String(clients)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  });
  const [code] = await once(bot, 'close');
  (pages as ChildProcess | null)?.kill();
  rmSync(directory, { recursive: true, force: true });
  const rate = /^Candles .*\(([\d,]+)\/s\)$/m.exec(said)?.[1];
  if (code !== 0 || rate === undefined) throw new Error(`trade exited ${code}: ${said}`);
  if (clients && pages === null) throw new Error('nobody came to listen');
  return Number(rate.replaceAll(',', ''));
}
