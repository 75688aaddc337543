/**
 * Each page with data in it: what it says, how it fits, and that everybody can use it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { second } from '../../src/web/page/format.ts';
import { breachesOf, sideways } from './everybody.ts';
import { describeInBrowser } from './in-browser.ts';

const PAGES = ['overview', 'trades', 'learning', 'state'] as const;
/** A figure that stands on each once its data are there. */
const SIGNS = {
  overview: '10,313.04 USDT',
  trades: '1–50 of 137',
  learning: '830 forecasts have come due',
  state: 'Nothing up to step 5,000 is only in memory',
};

const plain = (text: string): string => text.replace(/\s+/g, ' ');

describeInBrowser('every page', test => {
  for (const name of PAGES)
    test(`${name} shows its data, in light and dark, on a desk and a phone, to everybody`, {
      at: `#/${name}`,
    }, async ({ page }) => {
      await page.getByText(SIGNS[name]).first().waitFor();
      assert.deepEqual(await breachesOf(page, 'all'), []);
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await breachesOf(page, 'contrast'), []);
      await page.setViewportSize({ width: 360, height: 740 });
      assert.equal(await sideways(page), 0, 'nothing but a table is wider than a phone');
      assert.deepEqual(await breachesOf(page, 'all'), [], 'on a phone');
    });

  test('learning shows each thing that was learned', { at: '#/learning' }, async given => {
    const { page, server } = given;
    const { features, importance, qTable, attentionPast, versions, experts, calibration } =
      server.data.learning;
    const rowsOf = (name: string) => page.getByRole('table', { name }).locator('tbody tr');
    const ofFeatures = rowsOf('Features');
    await ofFeatures.nth(features.length - 1).waitFor();
    const top = features[importance!.indexOf(Math.max(...importance!))]!;
    assert.ok((await ofFeatures.first().innerText()).startsWith(top), 'the most important first');
    const [row = assert.fail('no row')] = qTable.rows;
    const cells = await rowsOf('Worth of each strategy').first().locator('td').allInnerTexts();
    assert.deepEqual(
      cells.map(cell => Number(/n (\d+)/.exec(cell)?.[1])),
      row.visits,
    );
    const gains = qTable.rows.flatMap(({ values }) => values).filter(value => value > 0);
    const groundOf = (value: number): Promise<string> =>
      page
        .locator('.heat td', { hasText: value.toFixed(3) })
        .first()
        .evaluate(cell => getComputedStyle(cell).backgroundColor);
    assert.notEqual(await groundOf(Math.max(...gains)), await groundOf(Math.min(...gains)));
    await page.getByText('ε 8.3 %').waitFor();
    const days = page.getByRole('table', { name: 'Attention weights by day' }).locator('thead th');
    assert.ok(attentionPast.length > 14);
    assert.equal(await days.count(), 14 + 1, 'the last two weeks');
    const shown = (await rowsOf('Model versions').allInnerTexts()).map(text => text.split(/\s/)[0]);
    assert.deepEqual(
      shown,
      versions.map(({ id }) => id),
    );
    assert.equal(await rowsOf('Experts of the ensemble').count(), experts.length);
    for (const { title, bins, note } of calibration) {
      const card = page.getByRole('region', { name: `Calibration of the ${title}` });
      await card.getByText(note).waitFor();
      assert.equal(await card.getByRole('img').count(), bins.length === 0 ? 0 : 1);
      if (bins.length === 0) continue;
      await card.getByText('In figures').click();
      assert.deepEqual(
        (await card.locator('details td:nth-child(2)').allInnerTexts()).map(Number),
        bins.map(({ forecasts }) => forecasts),
      );
    }
  });

  test('state shows each file, generation and job', { at: '#/state' }, async ({ page, server }) => {
    const { files, generations } = server.data.state;
    const rowsOf = (name: string) => page.getByRole('table', { name }).locator('tbody tr');
    await rowsOf('Components and their files').first().waitFor();
    const lines = await rowsOf('Components and their files').allInnerTexts();
    assert.equal(lines.length, files.length);
    for (const [at, { title, file, sha256 }] of files.entries())
      for (const part of [title, file, '4,812', '2 min ago', '1 min ago', `${sha256}`.slice(0, 8)])
        assert.ok(plain(lines[at] ?? '').includes(part), `${part} in ${lines[at]}`);
    assert.equal(await rowsOf('Generations kept').count(), generations.length);
    const text = await page.locator('main').innerText();
    for (const part of [
      ...['Of step 4,812', 'Last step 5,000', 'Steps since the checkpoint 188'],
      ...['Files read 31', 'From the files of step 2,950', 'Steps replayed 52', 'Took 1.9 s'],
      `At the start of ${second(server.data.snapshot.status.startedAt)} UTC (3 h ago)`,
      'journal copy b: its last line was cut, taken from copy a',
      ...['Second copy /mnt/second', 'It is behind by 1 step, 2.0 kB'],
      'They are behind by 10 steps: sent up to step 4,990, 2 min ago',
    ])
      assert.ok(plain(text).includes(part), `${part} in\n${text}`);
  });

  test('overview shows what is held, what is on its way and how it runs', {}, async given => {
    const { page, server } = given;
    const { positions, orders, status } = server.data.snapshot;
    const rowsOf = (name: string) => page.getByRole('table', { name }).locator('tbody tr');
    await rowsOf('Open positions').first().waitFor();
    for (const [name, rows] of Object.entries({ 'Open positions': positions, Orders: orders })) {
      const lines = await rowsOf(name).allInnerTexts();
      assert.equal(lines.length, rows.length);
      for (const [at, { symbol, quantity }] of rows.entries())
        for (const part of [symbol, String(quantity)])
          assert.ok(lines[at]?.includes(part), `${part} in ${lines[at]}`);
    }
    const running = plain(await page.getByRole('region', { name: 'Running' }).innerText());
    for (const part of [`Pairs ${status.symbols.join(', ')}`, 'Up for 3 h', 'Step 5,000'])
      assert.ok(running.includes(part), `${part} in ${running}`);
    // The fixture's market lives in another year.
    const [line = ''] = await page.locator('.news li').allInnerTexts();
    assert.match(line, /^2025-03-02 00:15 closed /);
    const tiles = plain(await page.locator('.tiles').innerText());
    for (const part of ['Last candle 01:00:00 UTC', 'up for 3 h', 'Drawdown 0.07 % largest'])
      assert.ok(tiles.includes(part), `${part} in ${tiles}`);
    await page
      .getByRole('meter', { name: 'drawdown from the peak' })
      .and(page.locator('[aria-valuetext^="0.07"]'))
      .waitFor();
  });

  test('the charts say in words what they show', {}, async ({ page }) => {
    await page.locator('time-chart canvas').nth(2).waitFor();
    await page.getByText('In figures').first().click();
    for (const what of ['candles', 'entries, exits and stops'])
      await page.getByRole('table', { name: `The last 20 ${what} of BTC/USDT:USDT` }).waitFor();
    await page.getByLabel('Symbol').selectOption('ETH/USDT:USDT');
    await page.locator('#price-summary', { hasText: 'ETH/USDT:USDT closed at' }).waitFor();
  });

  test('light or dark is chosen, and kept', {}, async ({ page }) => {
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.getByLabel('Colours').selectOption('dark');
    const dark = await ground();
    await page.reload();
    await page.locator('.tiles').waitFor();
    assert.equal(await ground(), dark);
    await page.getByLabel('Colours').selectOption('light');
    assert.notEqual(await ground(), dark);
  });

  test('trades are filtered, sorted, turned and downloaded', { at: '#/trades' }, async given => {
    const { page, server } = given;
    await page.getByText('1–50 of 137').waitFor();
    await page.getByRole('button', { name: 'Next ▸' }).click();
    await page.getByText('51–100 of 137').waitFor();
    await page.getByLabel('Side').selectOption('short');
    const shorts = server.data.trades.filter(trade => trade.side === 'short').length;
    await page.getByText(`1–50 of ${shorts} (137 kept)`).waitFor();
    await page.getByRole('button', { name: /^P&L USDT/ }).click();
    await page.locator('th[aria-sort=descending]', { hasText: 'P&L' }).waitFor();
    await page.getByRole('button', { name: /P&L USDT$/ }).click();
    await page.locator('th[aria-sort=ascending]', { hasText: 'P&L' }).waitFor();
    const worst = Math.min(
      ...server.data.trades.filter(one => one.side === 'short').map(one => one.profit),
    );
    const first = page.locator('tbody tr').first();
    await first.filter({ hasText: Math.abs(worst).toFixed(2) }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    const file = readFileSync(await (await download).path(), 'utf8');
    assert.equal(file.trimEnd().split('\r\n').length, shorts + 1, 'a head and the rows');
    // The address holds the filter: going back takes it off again.
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await page.getByText('51–100 of 137').waitFor();
  });

  test('a reader hears pages, headings and what stands', {}, async ({ page }) => {
    await page.locator('.tiles').waitFor();
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of [
      'navigation "Pages"',
      'region "Operator"',
      'heading "Overview" [level=1]',
      'meter "drawdown from the peak"',
      'log "News"',
      'img "Equity in USDT"',
      'table "Open positions"',
    ])
      assert.ok(tree.includes(part), `${part} in\n${tree}`);
  });
});
