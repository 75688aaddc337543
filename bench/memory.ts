/**
 * Memory of one backtest as it goes: flat, or something grows.
 *
 * Looked at on each tenth of the tape, about 100,000 candles, after a full collection: what is
 * resident then is what is held, and what the allocator has not given back. Lists fill up to their
 * bounds in the first 400,000 candles or so.
 */
import { backtest } from './backtest.ts';
import { longTape } from './market.ts';
import { type Row, row } from './table.ts';
import { collectGarbage } from './turn.ts';

/** What two collections of the same memory may differ by. */
const GROWTH_MAX = 1.1;

interface Look {
  readonly resident: number;
  readonly live: number;
}

export async function memory(folder: string): Promise<Row[]> {
  const looks: Look[] = [];
  await backtest(['--tape', await longTape(folder)], () => {
    collectGarbage();
    const { rss, heapUsed } = process.memoryUsage();
    looks.push({ resident: rss / 1e6, live: heapUsed / 1e6 });
  });
  const at = (tenth: number): Look => looks[tenth - 1] ?? { resident: 0, live: 0 };
  return [
    ...[1, 5, 10].flatMap(tenth => [
      row({
        what: `resident after ${tenth / 10} million candles`,
        value: at(tenth).resident,
        unit: 'MB',
      }),
      row({ what: '  of it live JavaScript heap', value: at(tenth).live, unit: 'MB' }),
    ]),
    row({
      what: '  resident, 0.1 to 1 million',
      value: at(10).resident / at(1).resident,
      unit: '×',
      decimals: 2,
    }),
    row({
      what: '  resident, 0.5 to 1 million: lists full',
      value: at(10).resident / at(5).resident,
      unit: '×',
      decimals: 2,
      atMost: GROWTH_MAX,
    }),
    row({
      what: '  live heap, 0.5 to 1 million',
      value: at(10).live / at(5).live,
      unit: '×',
      decimals: 2,
      atMost: GROWTH_MAX,
    }),
  ];
}
