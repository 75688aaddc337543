/**
 * A visit to the dashboard in a real browser.
 *
 * Promises: what the page must never do ends the visit as a failure: an error on the console, a
 * breach of the content policy, an exception, a request to another host.
 */
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Visit {
  readonly page: Page;
  /** Ends it, and fails for what happened that must not. */
  readonly end: () => Promise<void>;
  /** What a cut connection leaves on the console is no fault. */
  readonly forgive: (pattern: RegExp) => void;
}

const WAIT_MS_MAX = 60_000;

/** What belongs to one visitor: pages in it share a process, so that the next is there at once. */
export async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // A loaded machine is no fault of the page's.
  context.setDefaultTimeout(WAIT_MS_MAX);
  return context;
}

export async function visit(context: BrowserContext, url: string): Promise<Visit> {
  const faults: string[] = [];
  const forgiven: RegExp[] = [];
  // Whoever was here before has taken his session along.
  await context.clearCookies();
  const page = await context.newPage();
  // Watched, not held up: a browser that asks at each step is a slow one (chromium.ts lets none out).
  page.on('request', request => {
    const asked = new URL(request.url());
    if (asked.origin !== new URL(url).origin) faults.push(`a request to another host: ${asked}`);
  });
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', error => faults.push(`${error.stack}`));
  await page.goto(url);
  return {
    page,
    forgive: pattern => void forgiven.push(pattern),
    end: async () => {
      await page.close();
      assert.deepEqual(
        faults.filter(fault => !forgiven.some(pattern => pattern.test(fault))),
        [],
      );
    },
  };
}
