/**
 * Candles per second of a backtest on one 1-minute tape.
 */
import { backtest } from './backtest.ts';
import { longTape } from './market.ts';
import { type Row, row } from './table.ts';

/** Without learning: indicators, strategies, risk, the paper exchange, analytics. */
export async function plainSpeed(folder: string): Promise<Row[]> {
  const { candles, seconds, cpuSeconds } = await backtest([
    '--no-learning',
    '--tape',
    await longTape(folder),
  ]);
  return [
    row({
      what: 'backtest without learning',
      value: candles / seconds,
      unit: 'candles/s',
      atLeast: 150_000,
    }),
    row({ what: '  of one CPU, all threads', value: candles / cpuSeconds, unit: 'candles/CPU s' }),
  ];
}

/** With all features and models; trainings run in a worker and are told apart. */
export async function learningSpeed(folder: string): Promise<Row[]> {
  const figures = await backtest(['--tape', await longTape(folder)]);
  const { candles, seconds, trainingSeconds, trainingShare } = figures;
  return [
    row({
      what: 'backtest with all features and models, training apart',
      value: candles / (seconds - trainingSeconds),
      unit: 'candles/s',
      atLeast: 60_000,
    }),
    row({ what: '  training', value: trainingSeconds, unit: 's', decimals: 1 }),
    row({ what: '  share of the wall time', value: 100 * trainingShare, unit: '%', decimals: 1 }),
    row({ what: '  training included', value: candles / seconds, unit: 'candles/s' }),
  ];
}
