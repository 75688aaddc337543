/**
 * `npm run screenshots [URL]`: pictures of each page for the documentation, of the fixture or of
 * the bot at the URL.
 *
 * Promises: each page from its head to its end, on a desk in light and dark, and on a phone, in
 * docs/images; each below 300 kB, or it fails.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from '../source-file.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { FixtureServer } from './fixture-server.ts';
import { smallPng } from './small-png.ts';

const BYTES_MAX = 300_000;
const FOLDER = join(ROOT, 'docs/images');
const PAGES = ['overview', 'trades', 'learning', 'state'];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

interface Shot {
  readonly name: string;
  readonly size: typeof DESK;
  readonly colorScheme: 'light' | 'dark';
}

const shotsOf = (page: string): readonly Shot[] => [
  { name: `${page}-light`, size: DESK, colorScheme: 'light' },
  { name: `${page}-dark`, size: DESK, colorScheme: 'dark' },
  { name: `${page}-phone`, size: PHONE, colorScheme: 'light' },
];

async function shoot(browser: Browser, url: string, shot: Shot): Promise<string> {
  const { name, size, colorScheme } = shot;
  const page = await browser.newPage({ viewport: size, colorScheme });
  await page.goto(`${url}/#/${name.split('-')[0]}`);
  // All is there once a table or a chart is, and charts are drawn in the turn after.
  await page.locator('main :is(table, canvas)').first().waitFor({ state: 'attached' });
  await page.evaluate(() => new Promise(done => setTimeout(done, 500)));
  const path = join(FOLDER, `dashboard-${name}.png`);
  writeFileSync(path, smallPng(await page.screenshot({ fullPage: true })));
  await page.close();
  return path;
}

async function main(): Promise<void> {
  const found = findChromium();
  if ('missing' in found) throw new Error(found.missing);
  mkdirSync(FOLDER, { recursive: true });
  const named = process.argv[2];
  const server = named === undefined ? await new FixtureServer().open() : null;
  const browser = await openBrowser(found.path);
  try {
    for (const shot of PAGES.flatMap(shotsOf)) {
      const path = await shoot(browser, named ?? server?.url ?? '', shot);
      const { size } = statSync(path);
      process.stdout.write(`${path.slice(ROOT.length)} ${size} bytes\n`);
      if (size > BYTES_MAX) process.exitCode = 1;
    }
  } finally {
    await browser.close();
    await server?.close();
  }
}

await main();
