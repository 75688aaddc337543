/**
 * What crash-test shows: a bar while it runs, and a table with the verdict.
 *
 * Promises: the bar goes to stderr, so that `--json` output stays JSON.
 */
import { pairs } from '../app/table.ts';
import type { CrashResult } from './crash-test.ts';
import type { Io } from './io.ts';

const BAR_CELLS = 30;
const CLEAR_ROW = '\r\u001b[2K';

/** A redrawn bar on a terminal; elsewhere a line per tenth. */
export class ProgressBar {
  readonly #io: Io;
  #tenth = 0;
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
  }

  say(line: string): void {
    this.end();
    this.#io.stderr.write(`${line}\n`);
  }

  show(done: number, total: number, note: string): void {
    const text = `${barText(done / total)} ${done}/${total} kills, ${note}`;
    const tenth = Math.floor((10 * done) / total);
    if (this.#io.stderr.isTTY === true) this.#io.stderr.write(CLEAR_ROW + text);
    else if (tenth > this.#tenth) this.#io.stderr.write(`${text}\n`);
    this.#tenth = tenth;
    this.#drawn = this.#io.stderr.isTTY === true;
  }

  end(): void {
    if (this.#drawn) this.#io.stderr.write('\n');
    this.#drawn = false;
  }
}

export function barText(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS);
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}

export function crashReport(result: CrashResult): string {
  const rows: [string, string][] = [
    [
      'Kills',
      `${result.kills} (${result.beforeReady} in the start-up, ${result.afterReady} later)`,
    ],
    ['Rounds', `${result.rounds} of ${result.until} candles`],
    ['Start-up', `${result.startupMs} ms`],
    ['Steps', String(result.twin.seq)],
    ...Object.entries(result.twin.components),
    ['all', result.twin.all],
  ];
  const verdict =
    result.failures.length === 0
      ? 'PASSED: every round ended with the steps and hashes of the twin; nothing was lost.'
      : ['FAILED:', ...result.failures].join('\n  ');
  const kept = result.folder === null ? [] : [`The directories are in ${result.folder}`];
  return [pairs(rows), '', verdict, ...kept].join('\n');
}
