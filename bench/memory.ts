/**
 * Resident memory of one backtest as it goes: flat, or something grows.
 */
import { backtest } from './backtest.ts';
import { longTape, MILLION } from './market.ts';
import { type Row, row } from './table.ts';

const EARLY = 100_000;
/** What a heap may differ by from one collection to the next. */
const GROWTH_MAX = 1.25;

/** The progress lines come at each tenth of the tape: at 100,000 candles and at the end. */
export async function memory(folder: string): Promise<Row[]> {
  const samples: number[] = [];
  await backtest(['--tape', await longTape(folder)], () => samples.push(process.memoryUsage.rss()));
  const [early = 0] = samples;
  const late = samples.at(-1) ?? 0;
  const megabytes = (bytes: number): number => bytes / 1e6;
  return [
    row({ what: `resident after ${EARLY} candles`, value: megabytes(early), unit: 'MB' }),
    row({ what: `resident after ${MILLION} candles`, value: megabytes(late), unit: 'MB' }),
    row({ what: '  highest on the way', value: megabytes(Math.max(...samples)), unit: 'MB' }),
    row({
      what: '  growth from the first to the last',
      value: late / early,
      unit: '×',
      decimals: 2,
      atMost: GROWTH_MAX,
    }),
  ];
}
