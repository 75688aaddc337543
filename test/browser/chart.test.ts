/**
 * The charts, by the ink on them: candles, the lines of a position, marks, curves and depths.
 */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './in-browser.ts';
import { type Inked, inked } from './ink.ts';

/** A line of dashes over the whole width of a chart. */
const LINE = 0.4;
const LOOKS_MAX = 500;

/** What is pushed is drawn a little later. */
async function drawn(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < LOOKS_MAX; turn += 1) {
    if (await look()) return;
    await setTimeout(20);
  }
  assert.fail(`${what} is not drawn`);
}

const price = (page: Page, ink: string): Promise<Inked> => inked(page, 'price', ink);

describeInBrowser('the charts', test => {
  test('the price chart has candles that rose and that fell, and nothing else where there is nothing', {
    bot: { snapshot: { positions: [], marks: [] } },
  }, async ({ page }) => {
    await page.locator('time-chart canvas').nth(2).waitFor();
    for (const ink of ['gain', 'loss']) {
      const { count, line } = await price(page, ink);
      assert.ok(count > 100, `${count} pixels of ${ink}`);
      assert.ok(line < LINE, `no line of ${ink}`);
    }
    assert.equal((await price(page, 'first')).count, 0, 'no entry and no exit');
  });

  test('the price chart has a line for the entry, the stop and the target of a position', {
    bot: { snapshot: { positions: [], marks: [] } },
  }, async ({ page, server }) => {
    await page.locator('time-chart canvas').nth(2).waitFor();
    const [position = assert.fail('no position')] = server.data.snapshot.positions;
    const { entryPrice } = position;
    const [stop, takeProfit] = [entryPrice * 1.001, entryPrice * 0.999];
    server.push({ positions: [{ ...position, stop, takeProfit }] });
    for (const ink of ['text', 'loss', 'gain'])
      await drawn(`a line of ${ink}`, async () => (await price(page, ink)).line > LINE);
  });

  test('the price chart has a mark for an entry, an exit and a stop', {
    bot: { snapshot: { positions: [], marks: [] } },
  }, async ({ page, server }) => {
    await page.locator('time-chart canvas').nth(2).waitFor();
    const { marks, candles } = server.data.snapshot;
    const [mark = assert.fail('no mark')] = marks.filter(one => one.symbol === 'BTC/USDT:USDT');
    for (const [kind, ink, back] of [
      ['entry', 'first', -90],
      ['exit', 'first', -60],
      ['stop', 'loss', -30],
    ] as const) {
      const before = (await price(page, ink)).count;
      // Above its candle, so that it hides nothing of that.
      const [time, , high] = candles[mark.symbol]!.at(back)!;
      server.push({ marks: [{ ...mark, kind, time, price: high * 1.0004 }] });
      await drawn(kind, async () => (await price(page, ink)).count > before);
    }
  });

  test('the curves are drawn, and the depth as deep as it was', {}, async ({ page }) => {
    await page.locator('time-chart canvas').nth(2).waitFor();
    for (const ink of ['first', 'second'])
      assert.ok((await inked(page, 'equity', ink)).count > 100, `equity has ${ink}`);
    const { count, depth } = await inked(page, 'underwater', 'loss');
    assert.ok(count > 100, `${count} pixels under water`);
    assert.ok(depth > 0.5, `they reach down to ${depth}`);
  });
});
