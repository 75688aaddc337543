/**
 * Tests that need a browser: one for a file, one fixture for a test; skipped, saying why, where
 * there is no browser.
 */
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { findChromium, openBrowser } from './chromium.ts';
import { FixtureServer, type Wish } from './fixture-server.ts';
import { openContext, type Visit, visit } from './visit.ts';

export interface Given extends Visit {
  readonly server: FixtureServer;
}

export interface Case {
  /** Where the visit begins: `#/trades`. */
  readonly at?: string;
  readonly bot?: Wish;
}

type Told = (sentence: string, given: Case, body: (given: Given) => Promise<void>) => void;

export function describeInBrowser(title: string, tell: (test: Told) => void): void {
  const found = findChromium();
  const skip = 'missing' in found ? found.missing : false;
  describe(title, { skip }, () => {
    let browser: Browser;
    let context: BrowserContext;
    before(async () => {
      if ('missing' in found) return;
      browser = await openBrowser(found.path);
      context = await openContext(browser);
    });
    after(() => browser?.close());
    tell((sentence, given, body) => {
      it(sentence, async () => {
        const server = await new FixtureServer(given.bot).open();
        try {
          const visited = await visit(context, server.url + (given.at ?? ''));
          await body({ ...visited, server });
          await visited.end();
        } finally {
          await server.close();
        }
      });
    });
  });
}
