/**
 * The operator at the page: the token is asked for once, grave words twice, and all by keyboard.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { TOKEN } from './fixture-server.ts';
import { describeInBrowser } from './in-browser.ts';

/** A refusal stands on the console too. */
const REFUSED = /status of 401/;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const answered = (page: Page, text: string) =>
  page.locator('.answer').filter({ hasText: text }).waitFor();

async function signIn(page: Page, token = TOKEN): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await button(page, 'Sign in').click();
}

describeInBrowser('the operator', test => {
  test('pause asks for the token once, and resume no more', {}, async given => {
    const { page, server, forgive } = given;
    forgive(REFUSED);
    await button(page, 'Pause').click();
    await signIn(page, 'not the token');
    await page.getByText('That is not the token.').waitFor();
    assert.deepEqual(server.actions, []);
    await signIn(page);
    await answered(page, '✓ pause: done.');
    await button(page, 'Resume').click();
    await answered(page, '✓ resume: done.');
    assert.deepEqual(server.actions, ['pause', 'resume']);
    assert.equal(await page.getByLabel('Token').count(), 0);
    await button(page, 'Sign out').click();
    await answered(page, 'Signed out');
    await button(page, 'Pause').click();
    await page.getByLabel('Token').waitFor();
  });

  test('a second press where Pause was is no Resume', {}, async ({ page, server, forgive }) => {
    forgive(REFUSED);
    await button(page, 'Pause').click();
    await signIn(page);
    await answered(page, '✓ pause: done.');
    await page.locator('button[aria-disabled=true]', { hasText: 'Pause' }).waitFor();
    const at = await button(page, 'Pause').boundingBox();
    assert.ok(at !== null);
    await page.mouse.dblclick(at.x + at.width / 2, at.y + at.height / 2);
    await button(page, 'Resume').click();
    await answered(page, '✓ resume: done.');
    assert.deepEqual(server.actions, ['pause', 'resume']);
  });

  test('the token stays nowhere in the browser', {}, async ({ page, forgive }) => {
    forgive(REFUSED);
    await button(page, 'Pause').click();
    await signIn(page);
    await answered(page, 'done');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
    assert.equal(kept.includes(TOKEN), false, kept);
    assert.equal(kept.includes('session'), false, 'no script can read the cookie');
  });

  test('flatten and the kill switch ask again, and Cancel sends nothing', {}, async given => {
    const { page, server, forgive } = given;
    forgive(REFUSED);
    await button(page, 'Flatten …').click();
    await page.getByRole('heading', { name: 'Close every position?' }).waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Kill switch on …').click();
    await page.getByRole('heading', { name: 'Pull the kill switch?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog:not([open])').waitFor({ state: 'attached' });
    assert.deepEqual(server.actions, []);
    await button(page, 'Flatten …').click();
    await button(page, 'Flatten').click();
    await signIn(page);
    await answered(page, '✓ flatten: done.');
    assert.deepEqual(server.actions, ['flatten']);
  });

  test('the state page orders a checkpoint and a verification', { at: '#/state' }, async given => {
    const { page, server, forgive } = given;
    forgive(REFUSED);
    await button(page, 'Checkpoint now').click();
    await signIn(page);
    await answered(page, '✓ checkpoint: done.');
    await button(page, 'Verify all files').click();
    await answered(page, '✓ verify: done.');
    assert.deepEqual(server.actions, ['checkpoint', 'verify']);
  });

  test('where even looking needs the token, it is asked for first', {
    bot: { isOpen: true },
  }, async ({ page, forgive }) => {
    forgive(REFUSED);
    await signIn(page);
    await page.getByText('10,313.04 USDT').first().waitFor();
  });

  test('all of it by keyboard', {}, async ({ page, server, forgive }) => {
    forgive(REFUSED);
    await page.locator('.tiles').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(page), 'Kill switch on …');
    for (const name of ['Flatten …', 'Resume', 'Pause']) {
      await page.keyboard.press('Shift+Tab');
      assert.equal(await focused(page), name);
    }
    await page.keyboard.press('Enter');
    await page.getByLabel('Token').waitFor();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await answered(page, '✓ pause: done.');
    assert.deepEqual(server.actions, ['pause']);
    assert.equal(await focused(page), 'Pause', 'who pressed it is where he was');
    // To another page, and to the head of a column in it.
    await page.getByRole('link', { name: 'Trades' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^P&L USDT/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort=descending]', { hasText: 'P&L' }).waitFor();
  });
});

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => (document.activeElement as HTMLElement).innerText.trim());
