/**
 * `npm run test:browser` begins here: where no Chromium is, Debian's is installed, once.
 *
 * Promises: says what it does, and where it cannot, how to get one; the tests are then skipped.
 * Never: takes anything but the system's own package.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './chromium.ts';

const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status === 0;
}

function install(): void {
  process.stderr.write('no Chromium is here: installing it with apt-get, once …\n');
  const get = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  // Lists that are old name packages that are gone.
  if (!apt(...get) && apt('update', '-qq')) apt(...get);
}

if ('missing' in findChromium() && canInstall) install();
const found = findChromium();
if ('missing' in found) process.stderr.write(`the tests are skipped: ${found.missing}\n`);
