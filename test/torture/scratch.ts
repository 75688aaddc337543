/**
 * Folders of the programme's own, all in one that goes with the run, also when it is broken off.
 *
 * Promises: in memory where the system has such a place; a kill loses no page cache, so a slow disk
 * would add nothing but minutes. Never: removes what another run has made.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const ROOT = 'HOLDFAST_TORTURE_ROOT';

/** Called once, by the process that has the threads: they inherit its environment. */
export function holdScratch(): void {
  const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'holdfast-torture-'));
  process.env[ROOT] = root;
  process.once('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
}

export function scratchFolder(name: string): string {
  const parent = process.env[ROOT] ?? (existsSync(MEMORY) ? MEMORY : tmpdir());
  return mkdtempSync(join(parent, `holdfast-torture-${name}-`));
}
