/**
 * What crash-test says at its end: a table with the verdict.
 */
import { pairs } from '../app/table.ts';
import type { CrashResult } from './crash-test.ts';

export function crashReport(result: CrashResult): string {
  const rows: [string, string][] = [
    [
      'Kills',
      `${result.kills} (${result.beforeReady} in the start-up, ${result.afterReady} later)`,
    ],
    ['Rounds', `${result.rounds} of ${result.until} candles`],
    ['Start-up', `${result.startupMs} ms`],
    ['Steps', String(result.twin.seq)],
    ['Journal', result.twin.chain],
    ...Object.entries(result.twin.components),
    ['all', result.twin.all],
  ];
  const verdict =
    result.failures.length === 0
      ? 'PASSED: no start fell behind a durable step, and every round ended with the steps, facts and ' +
        'hashes of the twin; nothing was lost.'
      : ['FAILED:', ...result.failures].join('\n  ');
  const kept = result.folder === null ? [] : [`The directories are in ${result.folder}`];
  return [pairs(rows), '', verdict, ...kept].join('\n');
}
