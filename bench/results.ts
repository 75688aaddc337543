/**
 * Trading results over the recorded tapes, as the table of docs/RESULTS.md.
 *
 * Promises: every figure comes from `backtest --json` runs of this checkout; fees, slippage and
 * funding on; the learners see a candle only after it was traded (walk-forward by construction).
 * Run: node bench/results.ts [data folder]
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { tapeFeed } from '../src/exchange/tape.ts';

const data = process.argv[2] ?? process.env['HOLDFAST_DATA'] ?? '../shared/data';

interface Case {
  readonly tapes: readonly string[];
  readonly funding?: readonly string[];
  /** A coarser timeframe than the tape's. */
  readonly timeframe?: string;
}

const CASES: readonly Case[] = [
  { tapes: ['demo/BINANCE-BTC-USDT-1m-PERP', 'demo/BINANCE-ETH-USDT-1m-PERP'] },
  { tapes: ['demo/BINANCE-BTC-USDT-1m-PERP', 'demo/BINANCE-ETH-USDT-1m-PERP'], timeframe: '15m' },
  {
    tapes: ['BINANCE-BTC-USDT-5m-PERP', 'BINANCE-ETH-USDT-5m-PERP'],
    funding: ['funding/BINANCE-BTC-USDT-PERP-funding', 'funding/BINANCE-ETH-USDT-PERP-funding'],
  },
  {
    tapes: ['BINANCE-BTC-USDT-5m-PERP', 'BINANCE-ETH-USDT-5m-PERP'],
    funding: ['funding/BINANCE-BTC-USDT-PERP-funding', 'funding/BINANCE-ETH-USDT-PERP-funding'],
    timeframe: '1h',
  },
  { tapes: ['OKX-BTC-USDT-5m-PERP', 'OKX-ETH-USDT-5m-PERP'] },
  {
    tapes: ['BINANCE-BTC-USDT-1h-PERP'],
    funding: ['demo/funding/BINANCE-BTC-USDT-PERP-funding'],
  },
  { tapes: ['KUCOIN-BTC-USDT-1h'], funding: ['demo/funding/KUCOIN-BTC-USDT-PERP-funding'] },
  { tapes: ['KUCOIN-ETH-USDT-1h', 'KUCOIN-LINK-USDT-1h', 'KUCOIN-SOL-USDT-1h'] },
  { tapes: ['BINANCE-WAVES-USDT-1h-PERP'] },
];

interface Answer {
  readonly totalReturn: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly winRate: number | null;
  readonly feesPaid: number;
}

const run = promisify(execFile);

async function backtest({ tapes, funding = [], timeframe }: Case, learning: boolean) {
  const files = (names: readonly string[]) => names.map(name => join(data, `${name}.csv.gz`));
  const args = ['src/main.ts', 'backtest', '--json', '--tape', ...files(tapes)];
  if (funding.length > 0) args.push('--funding', ...files(funding));
  if (!learning) args.push('--no-learning');
  const env = { ...process.env, ...(timeframe && { HOLDFAST__TIMEFRAME: timeframe }) };
  const { stdout } = await run(process.execPath, args, { env, maxBuffer: 1e8 });
  return JSON.parse(stdout) as Answer;
}

/** Mean return of buying each symbol at the first open and marking it at the last close. */
async function buyAndHold({ tapes }: Case): Promise<number> {
  let sum = 0;
  for (const name of tapes) {
    const feed = await tapeFeed({ files: [join(data, `${name}.csv.gz`)] });
    let first = 0;
    let last = 0;
    for await (const batch of feed.candles({}))
      for (const { open, close } of batch) {
        if (first === 0) first = open;
        last = close;
      }
    sum += last / first - 1;
  }
  return sum / tapes.length;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const cells = (answer: Answer): string[] => [
  percent(answer.totalReturn),
  answer.sharpe === null ? '–' : answer.sharpe.toFixed(2),
  percent(answer.maxDrawdown),
  String(answer.trades),
  answer.feesPaid.toFixed(0),
];

const titles = ['return', 'Sharpe', 'max DD', 'trades', 'fees USDT'];
const head = [
  'tapes',
  'buy & hold',
  ...titles.map(t => `learning: ${t}`),
  ...titles.map(t => `without: ${t}`),
];
console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
for (const one of CASES) {
  const [on, off, hold] = [
    await backtest(one, true),
    await backtest(one, false),
    await buyAndHold(one),
  ];
  const name = `${one.tapes.map(tape => tape.split('/').at(-1)).join(' + ')}${one.timeframe ? ` at ${one.timeframe}` : ''}`;
  console.log(`| ${[name, percent(hold), ...cells(on), ...cells(off)].join(' | ')} |`);
}
