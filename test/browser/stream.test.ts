/**
 * The live page: what the bot does is seen, and nothing is missed when the line is cut.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { CandleRow } from '../../src/web/view.ts';
import { fixtureData, MINUTE_MS } from './fixture-data.ts';
import { describeInBrowser } from './in-browser.ts';

/** What the browser itself says of a line that was cut. */
const CUT = /ERR_|Failed to load resource/;

const equity = (page: Page) => page.locator('.tiles dd').first();
const news = (page: Page) => page.locator('.news li');
const newest = (page: Page, text: string) => news(page).first().filter({ hasText: text }).waitFor();
const banner = (page: Page) => page.locator('.banners');

interface Heard {
  readonly eventName: string;
  readonly eventId: string;
}

/** What the browser is told from now on: a hole or a double would stand here. */
async function heardBy(page: Page): Promise<Heard[]> {
  const heard: Heard[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Network.eventSourceMessageReceived', event => {
    if (event.eventName !== 'beat') heard.push(event);
  });
  await session.send('Network.enable');
  return heard;
}

describeInBrowser('the live page', test => {
  test('a change moves the figures, the news and the chart', {}, async ({ page, server }) => {
    await equity(page).filter({ hasText: '10,313.04' }).waitFor();
    const [symbol = ''] = server.snapshot.status.symbols;
    const [time] = server.snapshot.candles[symbol]!.at(-1)!;
    const candle: CandleRow = [time + MINUTE_MS, 88_000, 88_100, 87_900, 88_050, 3];
    server.push({
      status: { equity: 12_345.67, dayProfit: -7.5 },
      candles: { [symbol]: [candle] },
      news: [{ seq: 5001, time, text: 'entered long' }],
    });
    await equity(page).filter({ hasText: '12,345.67 USDT' }).waitFor();
    await page.getByText('▼ −7.50 USDT').waitFor();
    await newest(page, 'entered long');
    await page.locator('#price-summary', { hasText: 'closed at 88,050.0 USDT' }).waitFor();
  });

  test('a cut line is told, and resumes without a hole', {}, async given => {
    const { page, server, forgive } = given;
    forgive(CUT);
    await equity(page).waitFor();
    const heard = await heardBy(page);
    server.say('before the cut');
    await newest(page, 'before the cut');
    server.cut();
    await banner(page)
      .filter({ hasText: /Connection lost, data of \d\d:\d\d:\d\d UTC/ })
      .waitFor();
    for (const text of ['missed one', 'missed two', 'missed three']) server.say(text);
    server.letIn();
    await banner(page)
      .filter({ hasText: /Connected again .* nothing is missing/ })
      .waitFor();
    server.say('after the cut');
    await newest(page, 'after the cut');
    const seen = (await news(page).allInnerTexts())
      .slice(0, 5)
      .map(text => text.replace(/^[-\d: ]+/, ''));
    assert.deepEqual(seen, [
      ...['after the cut', 'missed three', 'missed two', 'missed one', 'before the cut'],
    ]);
    assert.deepEqual(
      heard.map(({ eventName, eventId }) => `${eventName} ${eventId}`),
      [1, 2, 3, 4, 5].map(number => `change run-${number}`),
      'every event once, and no second snapshot',
    );
  });

  test('a cut with nothing to make up for is over as the line is back', {}, async given => {
    const { page, server, forgive } = given;
    forgive(CUT);
    await equity(page).waitFor();
    server.cut();
    await banner(page).filter({ hasText: 'Connection lost' }).waitFor();
    server.letIn();
    await banner(page)
      .filter({ hasText: /Connected again .* nothing is missing/ })
      .waitFor();
    await page.locator('.link', { hasText: 'live' }).waitFor();
  });

  test('a page too many says so, and comes in when another leaves', {}, async given => {
    const { page, server, forgive } = given;
    forgive(CUT);
    forgive(/status of 503/);
    await equity(page).waitFor();
    server.cut();
    await server.fill();
    server.letIn();
    await banner(page).filter({ hasText: 'too many pages are open. Trying again' }).waitFor();
    server.empty();
    await banner(page).filter({ hasText: 'Connected again' }).waitFor();
    server.say('in again');
    await newest(page, 'in again');
  });

  test('a change that does not follow makes the page begin anew', {}, async given => {
    const { page, server } = given;
    await equity(page).waitFor();
    const heard = await heardBy(page);
    server.say('seen');
    await newest(page, 'seen');
    server.say('skipped by the stream', true);
    server.say('does not follow');
    await newest(page, 'does not follow');
    await news(page).nth(1).filter({ hasText: 'skipped by the stream' }).waitFor();
    assert.deepEqual(
      heard.map(({ eventName }) => eventName),
      ['change', 'change', 'snapshot'],
    );
  });

  test('a bot that comes back as another release has its own page', {}, async ({
    page,
    server,
  }) => {
    await equity(page).waitFor();
    await page.evaluate(() => document.body.classList.add('former'));
    server.push({ status: { version: '9.9.9' } });
    await page.locator('body:not(.former) footer', { hasText: 'Holdfast 9.9.9' }).waitFor();
  });

  test('a bot that has ended is told as such', {}, async ({ page, server }) => {
    await equity(page).waitFor();
    server.push({ status: { ended: 'SIGINT, state saved' } });
    await banner(page).filter({ hasText: 'The bot has ended: SIGINT, state saved' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).isDisabled(), true);
  });

  test('a trade that closes appears in the table', { at: '#/trades' }, async ({ page, server }) => {
    await page.getByText('1–50 of 137').waitFor();
    // The first of them could be there because the page asks again once its stream is open.
    for (const count of [138, 139]) {
      const trade = { ...server.data.trades.at(-1)!, id: `number-${count}`, profit: 1234.5 };
      server.push({ stale: ['trades'], trades: [trade] });
      await page.getByText(`1–50 of ${count}`).waitFor();
    }
  });

  const lamps = fixtureData(0).snapshot.status.lamps.map(lamp =>
    lamp.id === 'loss_streak'
      ? { ...lamp, on: true, text: '5 losses in a row: until 07:20 UTC', until: 1_740_900_000_000 }
      : lamp,
  );
  test('a lamp that is on says why, and real money is loud', {
    bot: { status: { lamps, mode: 'live' } },
  }, async ({ page }) => {
    const on = page.locator('.lamps .on');
    await on.filter({ hasText: '5 losses in a row: until 07:20 UTC' }).waitFor();
    await page.getByText('LIVE: real money').waitFor();
    assert.match(await page.title(), /^LIVE · /);
  });
});
