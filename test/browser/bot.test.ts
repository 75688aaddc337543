/**
 * The dashboard of a real bot in a real browser: it shows what the bot does, and goes on where it
 * was when the bot is killed and started again.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Bot, startBot } from '../lifecycle/bot-process.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { openContext, visit } from './visit.ts';

const TOKEN = 'the-token-of-the-browser-test';
const PORT = 18_420;
const found = findChromium();

async function start(folder: string, port: number): Promise<{ bot: Bot; url: string }> {
  const bot = startBot(['trade', '--dir', join(folder, 'models'), '--port', String(port)], {
    HOLDFAST__WEB__ENABLED: 'true',
    HOLDFAST_WEB_TOKEN: TOKEN,
  });
  await bot.says(/dashboard: \S+/);
  return { bot, url: /dashboard: (\S+)/.exec(bot.stdout)?.[1] ?? '' };
}

/** The last step that the page knows of. */
const stepOf = async (page: Page): Promise<number> => {
  const text = await page.locator('.facts div', { hasText: 'Step' }).locator('dd').innerText();
  return Number(text.replaceAll(',', ''));
};

const paused = (page: Page): Promise<void> =>
  page.locator('.lamps .on', { hasText: 'paused' }).waitFor();

describe('the page of a real bot', { skip: 'missing' in found ? found.missing : false }, () => {
  it('shows it trading, orders a pause, and goes on after kill -9 and a start', async () => {
    const browser = await openBrowser('path' in found ? found.path : '');
    const folder = workFolder('page');
    try {
      const first = await start(folder, PORT);
      const { page, forgive, end } = await visit(await openContext(browser), first.url);
      // The cut line, and the question for the token.
      forgive(/ERR_|Failed to load resource|status of 401/);
      await page.locator('#price-summary', { hasText: /closed at .* over \d+ candles/ }).waitFor();
      const step = await stepOf(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByLabel('Token').fill(TOKEN);
      await page.keyboard.press('Enter');
      await paused(page);
      assert.ok((await stepOf(page)) > step, 'the bot went on');
      first.bot.send('SIGKILL');
      await page.getByText(/Connection lost, data of/).waitFor();
      const before = await stepOf(page);
      await first.bot.end();
      const second = await start(folder, Number(new URL(first.url).port));
      assert.equal(second.url, first.url, 'the page finds it where it was');
      await page.getByText(/Connected again at .*: the bot was started again/).waitFor();
      await paused(page);
      assert.ok((await stepOf(page)) >= before, 'nothing that was shown is gone');
      second.bot.send('SIGTERM');
      await page.getByText(/The bot has ended/).waitFor();
      assert.equal((await second.bot.end()).code, 0);
      await end();
    } finally {
      await browser.close();
    }
  });
});
