/**
 * A Chromium to test in: the one that CHROMIUM names, or the machine's, or, where that was asked
 * for, Debian's, installed once.
 *
 * Promises: where there is none, says so and how to get one. Never: downloads from anywhere but the
 * system's own package source, and that only for `npm run test:browser` (HOLDFAST_INSTALL_CHROMIUM).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const isRoot = process.getuid?.() === 0;

/** Its path, or in words why there is none. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const named = process.env['CHROMIUM'] ?? '';
  if (named !== '')
    return existsSync(named)
      ? { path: named }
      : { missing: `CHROMIUM names ${named}, which is not there` };
  const path = present() ?? (process.env['HOLDFAST_INSTALL_CHROMIUM'] === '1' ? install() : null);
  if (path !== null) return { path };
  return {
    missing:
      'no Chromium is here: npm run test:browser as root installs it on Debian, ' +
      'or set CHROMIUM to the path of one',
  };
}

const present = (): string | null => PLACES.find(place => existsSync(place)) ?? null;

function install(): string | null {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return null;
  process.stderr.write('installing chromium with apt-get, once …\n');
  const apt = (...args: string[]): number | null =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status;
  const get = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  if (apt(...get) !== 0 && apt('update', '-qq') === 0) apt(...get);
  return present();
}

export const openBrowser = (path: string): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    // Chromium's sandbox refuses root; the pages are our own.
    args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-gpu'],
  });
