import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { malformedIn } from '../../test/markup.ts';
import { BEGIN, emptyReport, sampleReport } from '../../test/report-view.ts';
import type { ReportView } from '../app/report-view.ts';
import { reportPage } from './page.ts';
import { STYLE } from './style.ts';

const GOLDEN = join(import.meta.dirname, '../../test/golden/report.html');
const MADE_AT = Date.UTC(2026, 0, 2, 3, 4);
const page = (changes: Partial<ReportView> = {}): string =>
  reportPage(sampleReport(changes), MADE_AT);

/** What is read, without what a screen reader is not given. */
const textOf = (html: string): string =>
  html
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** Every string of a view, replaced. */
function everyText<T>(value: T, text: string): T {
  if (typeof value === 'string') return text as T;
  if (Array.isArray(value)) return value.map(one => everyText(one, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    KEYWORDS.includes(key) ? one : everyText(one, text),
  ]);
  return Object.fromEntries(entries) as T;
}
/** Their values are of a closed set, or days. */
const KEYWORDS = ['mode', 'status', 'side', 'kind', 'from', 'to'];

describe('the page of a report', () => {
  it('is what it was, to the letter (GOLDEN=write writes it anew)', () => {
    const html = page().replace(STYLE, '');
    if (process.env['GOLDEN'] === 'write') writeFileSync(GOLDEN, html);
    assert.equal(html, readFileSync(GOLDEN, 'utf8'));
  });

  it('is the same for the same memory, and tells when it was made', () => {
    assert.equal(page(), page());
    const later = reportPage(sampleReport(), MADE_AT + 60_000);
    assert.equal(page().replaceAll('2026-01-02 03:04', '2026-01-02 03:05'), later);
  });

  it('needs nothing else, and runs nothing', () => {
    const html = page();
    assert.match(
      html,
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/,
    );
    for (const banned of [
      /<script/i,
      /\son\w+=/i,
      /https?:/i,
      /\bsrc=/,
      /\bhref=/,
      /url\(/,
      /@import/,
    ])
      assert.doesNotMatch(html, banned);
  });

  it('is well formed', () => {
    for (const html of [page(), reportPage(emptyReport(), MADE_AT)])
      assert.equal(malformedIn(html), null);
    for (const planted of ['<p>a & b</p>', '<p><b></p>', '<p', '<p class=a></p>', '<p>'])
      assert.notEqual(malformedIn(planted), null, planted);
  });

  it('takes no text for markup, whatever is called so', () => {
    const hostile = `"><img src=x onerror='alert(1)'><script>alert(1)</script>\u202e&`;
    const html = reportPage(everyText(sampleReport(), hostile), MADE_AT);
    assert.doesNotMatch(html, /<(img|script)|\u202e/);
    assert.equal(malformedIn(html), null);
    assert.equal(html.match(/<figure/g)?.length, page().match(/<figure/g)?.length);
  });

  it('has a title, words and a table for each figure', () => {
    const figures = page().match(/<figure[\s\S]*?<\/figure>/g) ?? [];
    assert.equal(figures.length, 9);
    for (const figure of figures) {
      assert.match(figure, /role="img" aria-labelledby="([\w-]+)-title \1-text"/);
      assert.match(figure, /<title id="[\w-]+">[^<]+<\/title><desc id="[\w-]+">[^<]+<\/desc>/);
      assert.match(figure, /<details>[\s\S]*<table>/);
    }
  });

  it('says of an empty directory that there is nothing, and shows no number that is none', () => {
    const html = reportPage(emptyReport(), MADE_AT);
    assert.match(textOf(html), /There is nothing to report yet\./);
    assert.match(textOf(html), /No trades yet\./);
    for (const banned of [/NaN/, /Infinity/, /undefined/, /\bnull\b/])
      assert.doesNotMatch(html.replace(STYLE, ''), banned);
  });

  it('draws one trade, and a curve that never moves', () => {
    const { trades, equity, metrics } = sampleReport();
    const [first] = trades.rows;
    const html = page({
      trades: { ...trades, rows: first === undefined ? [] : [first], count: 1 },
      equity: {
        ...equity,
        points: [
          [BEGIN, 10_000, 0],
          [BEGIN, 10_000, 0],
        ],
      },
      ...{ hold: null, walkForward: null, metrics: { ...metrics, trades: 1 } },
    });
    assert.equal(malformedIn(html), null);
    assert.doesNotMatch(html.replace(STYLE, ''), /NaN|Infinity/);
  });

  it('says what is damaged, and what kind of market it was', () => {
    assert.doesNotMatch(textOf(page()), /damaged/);
    const text = textOf(page({ doubts: ['q_table.json cannot be read'] }));
    assert.match(text, /damaged or incomplete: q_table\.json cannot be read/);
    const { provenance } = sampleReport();
    const of = (mode: 'simulated' | 'live') =>
      textOf(page({ provenance: { ...provenance, mode } }));
    assert.match(of('simulated'), /a SIMULATED market: generated prices, no real money/);
    assert.match(of('live'), /a LIVE account, real money/);
  });

  it('says what is no longer kept', () => {
    const { trades, equity } = sampleReport();
    const text = textOf(
      page({
        trades: { ...trades, count: 12_345 },
        equity: { ...equity, dailyUntil: Date.UTC(2024, 11, 1) },
      }),
    );
    assert.match(text, /Drawn: the last 60 of 12,345 trades/);
    assert.match(
      text,
      /The last 10,000 equity points are kept: before 2024-12-01 00:00 there is one a day/,
    );
  });

  it('says where files were not recorded, and which tape is a spot one', () => {
    const { provenance } = sampleReport();
    assert.match(textOf(page()), /5m\.csv\.gz \(spot, traded as if perpetual\)/);
    const text = textOf(page({ provenance: { ...provenance, files: [], ranWith: [] } }));
    assert.equal(text.match(/not recorded/g)?.length, 2);
  });

  it('compares with buying and holding where both are of the same time', () => {
    assert.match(textOf(page()), /Buying and holding came to \+10\.00 %/);
    const { hold } = sampleReport();
    assert.ok(hold !== null);
    const text = textOf(page({ hold: { ...hold, isWhole: false } }));
    assert.doesNotMatch(text, /in 60 trades[^.]*\. Buying and holding came to/);
    assert.match(text, /buy and hold, this run/);
  });
});
