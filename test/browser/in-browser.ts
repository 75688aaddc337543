/**
 * Tests that need a browser: one for a file, one fixture for a test; skipped, saying why, where
 * there is no browser.
 */
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { findChromium, openBrowser } from './chromium.ts';
import { FixtureServer, type Wish } from './fixture-server.ts';
import { type Visit, visit } from './visit.ts';

export interface Given extends Visit {
  readonly server: FixtureServer;
}

export interface Case {
  /** Where the visit begins: `#/trades`. */
  readonly at?: string;
  readonly context?: BrowserContextOptions;
  readonly bot?: Wish;
}

type Told = (sentence: string, given: Case, body: (given: Given) => Promise<void>) => void;

export function describeInBrowser(title: string, tell: (test: Told) => void): void {
  const found = findChromium();
  const skip = 'missing' in found ? found.missing : false;
  describe(title, { skip }, () => {
    let browser: Browser;
    before(async () => {
      if ('path' in found) browser = await openBrowser(found.path);
    });
    after(() => browser?.close());
    tell((sentence, given, body) => {
      it(sentence, async () => {
        const server = await new FixtureServer(given.bot).open();
        try {
          const visited = await visit(browser, server.url + (given.at ?? ''), given.context);
          await body({ ...visited, server });
          await visited.end();
        } finally {
          await server.close();
        }
      });
    });
  });
}
