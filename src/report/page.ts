/**
 * The report: one HTML file that needs nothing else, for a screen, for paper, for years.
 *
 * Promises: a pure function of the view and the time that is given; no script, nothing fetched, every
 * text escaped. What is not known is `–`, and a run without trades says so. Never: computes a metric.
 */
import { decimal, signedPercent } from '../app/number-text.ts';
import type { HoldView, ReportView } from '../app/report-view.ts';
import { type Millis, utcDate, utcMinute } from '../base/time.ts';
import { equityFigures } from './equity.ts';
import { type Html, html } from './html.ts';
import { learningSection } from './learning.ts';
import { highlights, metricTable } from './metric.ts';
import { monthTable } from './month.ts';
import { modeText, provenanceSection } from './provenance.ts';
import { scatterFigures } from './scatter.ts';
import { STYLE } from './style.ts';
import { exposureTables, holdBacks, largestTables, openPositions } from './trade.ts';
import { walkForwardSection } from './walk-forward.ts';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** `madeAt`: wall time; the one thing in here that is not of the memory. */
export function reportPage(view: ReportView, madeAt: Millis): string {
  const title = titleOf(view);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="holdfast ${view.provenance.version}">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${spanText(view)}</p>
<p>${badges(view)}</p>
${doubts(view)}
<p>${leadText(view)}</p>
${highlights(view)}
</header>
<main>
${sections(view)}
</main>
<footer>Made by Holdfast ${view.provenance.version} at ${utcMinute(madeAt)} UTC. State hash <code>${view.provenance.stateHash}</code> at step ${decimal(view.seq, 0)}. Past results say nothing certain of future ones.</footer>
</body>
</html>
`.markup;
}

function sections(view: ReportView): Html {
  const { walkForward, trades, years, positions } = view;
  const all: (readonly [title: string, content: Html])[] = [
    ['Metrics', html`${metricTable(view)}${RATIO_NOTE}`],
    ['Equity', equityFigures(view)],
    ['Monthly returns', monthTable(years)],
    ['Trades', scatterFigures(trades)],
    ['Exposure', exposureTables(view)],
    ['Largest wins and losses', largestTables(view)],
    ['Streaks and breakers', holdBacks(view)],
    ...(positions.length > 0 ? [['Open positions', openPositions(view)] as const] : []),
    ['Learning', learningSection(view)],
    ...(walkForward === null ? [] : [['Walk-forward', walkForwardSection(walkForward)] as const]),
    ['How to read this', readingNotes(view)],
    ['Provenance', provenanceSection(view)],
  ];
  return html`${all.map(([title, content]) => html`<section>\n<h2>${title}</h2>\n${content}\n</section>\n`)}`;
}

const RATIO_NOTE = html`<p class="note">Ratios come from the daily equity series, 365 days a year; – is not known: ratios need ten trades, and some a divisor above 0.</p>`;

function titleOf({ provenance, walkForward, hold }: ReportView): string {
  const { symbols, timeframe } = provenance;
  const kind = hold !== null || walkForward !== null ? 'Backtest' : 'Report';
  if (symbols.length === 0) return `${kind}: nothing yet`;
  const named = symbols.length > 4 ? `${symbols.length} pairs` : symbols.join(', ');
  return `${kind}: ${named}, ${timeframe} candles`;
}

function spanText({ from, to, provenance }: ReportView): string {
  if (from === null || to === null) return 'No candle was seen yet.';
  return `${utcMinute(from)} to ${utcMinute(to)} UTC, ${provenance.market ?? ''}`;
}

function badges(view: ReportView): Html {
  const { mode } = view.provenance;
  const loud = mode === 'simulated' || mode === 'live';
  return html`<span class="badge${loud ? ' loud' : ''}">${modeText(view)}</span><span class="badge">fees, slippage and funding are in</span>${
    view.walkForward === null ? null : html`<span class="badge">with walk-forward</span>`
  }`;
}

function doubts({ doubts }: ReportView): Html | null {
  if (doubts.length === 0) return null;
  return html`<div class="doubts" role="note"><b>What this report rests on is damaged or incomplete:</b><ul>${doubts.map(line => html`<li>${line}</li>`)}</ul></div>`;
}

/** The result in a sentence or two, the bad ones too. */
function leadText({ metrics, hold, quote, openTrades, to }: ReportView): string {
  if (to === null) return 'There is nothing to report yet.';
  const open = openTrades > 0 ? `, ${decimal(openTrades, 0)} still open` : '';
  if (metrics.trades === 0)
    return `No trades yet${openTrades > 0 ? `: ${decimal(openTrades, 0)} open, none closed` : ''}.`;
  const { totalReturn } = metrics;
  const verb = totalReturn < 0 ? 'lost' : 'made';
  const amount = Math.abs(metrics.finalEquity - metrics.startBalance);
  const own = `The bot ${verb} ${decimal(amount)} ${quote} (${signedPercent(totalReturn)}) in ${decimal(metrics.trades, 0)} trades${open}.`;
  if (hold === null || !hold.isWhole) return own;
  const more = hold.totalReturn > totalReturn ? 'more' : 'less';
  return `${own} Buying and holding came to ${signedPercent(hold.totalReturn)}, which is ${more}.`;
}

function readingNotes({ provenance, hold }: ReportView): Html {
  const { mode } = provenance;
  const notes = [
    'All amounts are net: fees, slippage (in the fill prices) and funding are in every figure. A position that is open at the end is marked to market, not closed.',
    mode === 'live'
      ? 'These are the fills, fees and settlements that the exchange told.'
      : 'Orders were filled by rules, not by a market: at the next open with slippage, stops inside the candle, stop before target where a candle holds both, and at most a share of the candle’s volume. A real market may be worse.',
    'The bot went through its market once, forward. What it learned, it learned from the past alone, so each forecast and each trade is out of sample for the learners.',
    'Out of sample for the learners is not out of sample for people: settings or strategies that were chosen after a look at this same market are fitted to it. Only a market that nobody has looked at tells.',
  ];
  if (hold !== null) notes.push(holdNote(hold));
  return html`<ul>${notes.map(note => html`<li>${note}</li>`)}</ul>`;
}

function holdNote({ isWhole, points }: HoldView): string {
  const own = 'Buy and hold: equal parts of each pair at the first open, no costs, no leverage.';
  const begin = points[0]?.[0];
  if (isWhole || begin === undefined) return own;
  return `${own} It is of the run that was just made, from ${utcDate(begin)} on; the directory had traded before.`;
}
