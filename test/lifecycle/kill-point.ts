/**
 * Preloaded into a bot (`--import`): ends it with SIGKILL at one change of its disk.
 *
 * HOLDFAST_KILL_AT: which one, counted from the start of the process; a count that is never reached
 * kills nobody. The count is told on stderr at the end (`changes: 123`).
 */
import fs from 'node:fs';

const killAt = Number(process.env['HOLDFAST_KILL_AT']);
let changes = 0;

const NAMES = [
  ...(['renameSync', 'linkSync', 'unlinkSync', 'mkdirSync', 'writeSync'] as const),
  ...(['fsyncSync', 'fdatasyncSync'] as const),
];

for (const name of NAMES) {
  const original = fs[name] as (...given: unknown[]) => unknown;
  const counted = (...given: unknown[]): unknown => {
    changes += 1;
    if (changes === killAt) process.kill(process.pid, 'SIGKILL');
    return original(...given);
  };
  Object.assign(fs, { [name]: counted });
}

process.on('exit', () => process.stderr.write(`changes: ${changes}\n`));
