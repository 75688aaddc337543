/**
 * Real disks for a test: mounts that end with it.
 *
 * Promises: what this machine does not allow is told by `false`, for a test to skip with a reason.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { TestContext } from 'node:test';

export const succeeds = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Mounts something (the last argument says where) until the test ends; false: not allowed here. */
export function mount(context: TestContext, ...args: string[]): boolean {
  const place = args.at(-1) ?? '';
  mkdirSync(place);
  if (!succeeds('mount', ...args)) return false;
  context.after(() => succeeds('umount', place));
  return true;
}
