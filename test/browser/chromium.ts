/**
 * A Chromium to test in: the one that CHROMIUM names, or the machine's.
 *
 * Promises: where there is none, says so and how to get one. Never: installs it
 * (install-chromium.ts does).
 */
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
  const path = PLACES.find(place => existsSync(place));
  if (path !== undefined) return { path };
  return {
    missing:
      'no Chromium is here: npm run test:browser as root installs it on Debian, ' +
      'or set CHROMIUM to the path of one',
  };
}

const PLAIN = ['--disable-dev-shm-usage', '--disable-gpu', '--renderer-process-limit=1'];

/** It knows no host but this one: what a page asks of another goes nowhere. */
const ALONE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';

export const openBrowser = (path: string): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    // Chromium's sandbox refuses root; the pages are our own.
    args: [...(isRoot ? ['--no-sandbox'] : []), ALONE, ...PLAIN],
  });
