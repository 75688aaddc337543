/**
 * The live page: what the bot does is seen, and nothing is missed when the line is cut.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { CandleRow } from '../../src/web/view.ts';
import { MINUTE_MS } from './fixture-data.ts';
import { describeInBrowser } from './in-browser.ts';

/** What the browser itself says of a line that was cut. */
const CUT = /ERR_|Failed to load resource/;

const equity = (page: Page) => page.locator('.tiles dd').first();
const news = (page: Page) => page.locator('.news li');
const banner = (page: Page) => page.locator('.banners');

describeInBrowser('the live page', test => {
  test('a change moves the figures, the news and the chart', {}, async ({ page, server }) => {
    await equity(page).filter({ hasText: '10,313.04' }).waitFor();
    const { status, candles } = server.snapshot;
    const [symbol = ''] = status.symbols;
    const last = candles[symbol]!.at(-1)!;
    const candle: CandleRow = [last[0] + MINUTE_MS, 88_000, 88_100, 87_900, 88_050, 3];
    server.push({
      status: { ...status, seq: status.seq + 1, equity: 12_345.67, dayProfit: -7.5 },
      candles: { [symbol]: [candle] },
      news: [{ seq: 5001, time: last[0], text: 'entered long' }],
    });
    await equity(page).filter({ hasText: '12,345.67 USDT' }).waitFor();
    await page.getByText('▼ −7.50 USDT').waitFor();
    await news(page).first().filter({ hasText: 'entered long' }).waitFor();
    await page.locator('#price-summary', { hasText: 'closed at 88,050.0 USDT' }).waitFor();
  });

  test('a cut line is told, and resumes without a hole', {}, async given => {
    const { page, server, forgive } = given;
    forgive(CUT);
    server.say('before the cut');
    await news(page).first().filter({ hasText: 'before the cut' }).waitFor();
    server.cut(true);
    await banner(page)
      .filter({ hasText: /Connection lost, data of \d\d:\d\d:\d\d UTC/ })
      .waitFor();
    for (const text of ['missed one', 'missed two', 'missed three']) server.say(text);
    server.letIn();
    await banner(page).filter({ hasText: 'Connected again' }).waitFor();
    server.say('after the cut');
    await news(page).first().filter({ hasText: 'after the cut' }).waitFor();
    const seen = (await news(page).allInnerTexts()).slice(0, 5).map(text => text.slice(6));
    assert.deepEqual(seen, [
      ...['after the cut', 'missed three', 'missed two', 'missed one', 'before the cut'],
    ]);
    // Every event went out once, and no second snapshot was needed.
    assert.deepEqual(server.ids.flat(), ['1-0', '1-1', '1-2', '1-3', '1-4', '1-5']);
  });

  test('a change that does not follow makes the page begin anew', {}, async given => {
    const { page, server } = given;
    server.say('seen');
    await news(page).first().filter({ hasText: 'seen' }).waitFor();
    server.push({ news: [{ seq: 5002, time: null, text: 'skipped by the stream' }] }, true);
    server.say('does not follow');
    await news(page).first().filter({ hasText: 'does not follow' }).waitFor();
    const texts = (await news(page).allInnerTexts()).slice(0, 3).map(text => text.trim());
    assert.match(texts[1] ?? '', /skipped by the stream/);
    assert.equal(server.ids.length, 2, 'the stream was opened once more');
  });

  test('a bot that comes back as another release has its own page', {}, async given => {
    const { page, server, forgive } = given;
    forgive(CUT);
    await page.locator('.tiles').waitFor();
    await page.evaluate(() => document.body.classList.add('former'));
    const { status } = server.snapshot;
    server.push({ status: { ...status, seq: status.seq + 1, version: '9.9.9' } });
    await page.locator('body:not(.former) footer', { hasText: 'Holdfast 9.9.9' }).waitFor();
  });

  test('a bot that has ended is told as such', {}, async ({ page, server }) => {
    const { status } = server.snapshot;
    server.push({ status: { ...status, seq: status.seq + 1, ended: 'SIGINT, state saved' } });
    await banner(page).filter({ hasText: 'The bot has ended: SIGINT, state saved' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).isDisabled(), true);
  });

  test('a trade that closes appears in the table of trades', { at: '#/trades' }, async ({
    page,
    server,
  }) => {
    await page.getByText('1–50 of 137').waitFor();
    const trade = { ...server.data.trades.at(-1)!, id: 't-new', profit: 1234.5 };
    server.data = { ...server.data, trades: [...server.data.trades, trade] };
    server.push({ stale: ['trades'] });
    await page.getByText('1–50 of 138').waitFor();
  });

  test('a lamp that goes on says why', {
    prepare: server => {
      const { status } = server.snapshot;
      const lamps = status.lamps.map(one =>
        one.id === 'loss_streak'
          ? { ...one, on: true, text: '5 losses in a row', until: 1_740_900_000_000 }
          : one,
      );
      server.snapshot = { ...server.snapshot, status: { ...status, lamps, mode: 'live' } };
    },
  }, async ({ page }) => {
    const on = page.locator('.lamps .on');
    await on.filter({ hasText: '5 losses in a row (until 2025-03-02 07:20 UTC)' }).waitFor();
    await page.getByText('LIVE: real money').waitFor();
    assert.match(await page.title(), /^LIVE · /);
  });
});
