/**
 * A report in a browser: one file that asks for nothing, and that everybody can read.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { reportPage } from '../../src/report/page.ts';
import { sampleReport } from '../report-view.ts';
import { breachesOf, sideways } from './everybody.ts';
import { describeInBrowser, type Given } from './in-browser.ts';

const REPORT = reportPage(sampleReport(), Date.UTC(2026, 0, 2, 3, 4));
const PHONE = { width: 360, height: 740 };

/** Under an address of its own: what else it asks for is a second request. */
async function reportIn({ page, server }: Given): Promise<string[]> {
  const address = `${server.url}/a-report.html`;
  const asked: string[] = [];
  await page.route(address, route => route.fulfill({ contentType: 'text/html', body: REPORT }));
  await page.goto('about:blank');
  page.on('request', request => asked.push(request.url().replace(server.url, '')));
  await page.goto(address);
  return asked;
}

const openAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });

describeInBrowser('a report', test => {
  test('is readable by everybody, in light and dark, on a desk and a phone', {}, async given => {
    const { page } = given;
    const asked = await reportIn(given);
    await openAll(page);
    assert.deepEqual(await breachesOf(page, 'all'), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await breachesOf(page, 'contrast'), []);
    await page.setViewportSize(PHONE);
    assert.equal(await sideways(page), 0, 'nothing but a table is wider than a phone');
    assert.deepEqual(asked, ['/a-report.html'], 'one file, and nothing else');
  });

  test('each table that is wider than a phone is reached by the keyboard', {}, async given => {
    const { page } = given;
    await reportIn(given);
    await page.setViewportSize(PHONE);
    await openAll(page);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.wide')].flatMap((each, index) =>
        each.scrollWidth > each.clientWidth ? [index] : [],
      ),
    );
    assert.ok(wide.length > 5, `${wide.length} are wider`);
    const reached = new Set<number>();
    for (let count = 0; count < 120 && wide.some(index => !reached.has(index)); count += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() =>
        [...document.querySelectorAll('.wide')].indexOf(document.activeElement as HTMLElement),
      );
      if (at >= 0) reached.add(at);
    }
    assert.deepEqual(
      wide.filter(index => !reached.has(index)),
      [],
    );
  });
});
