/**
 * Returns by month and year.
 */
import { signedPercent } from '../app/number-text.ts';
import type { YearReturns } from '../app/report-view.ts';
import { type Html, html } from './html.ts';
import { monthName } from './plot.ts';
import { toneOf, wide } from './table.ts';

const NUMBERS = Array.from({ length: 12 }, (_, month) => month);

/** Of a month: from here on a colour is as strong as it gets. */
const STRONG = 0.1;
const STEPS = 4;

export function monthTable(years: readonly YearReturns[]): Html {
  if (years.length === 0) return html`<p class="none">No day was marked yet.</p>`;
  const head = NUMBERS.map(month => html`<th scope="col" class="n">${monthName(month)}</th>`);
  const rows = years.map(
    ({ year, months, total }) =>
      html`<tr><th scope="row">${year}</th>${months.map(cell)}${cell(total)}</tr>\n`,
  );
  return wide(
    'Returns by month (UTC)',
    html`<table class="months"><caption>Returns by month (UTC), each on the equity at the end of the month before; – where nothing was marked</caption>
<thead><tr><th scope="col">Year</th>${head}<th scope="col" class="n">Year in all</th></tr></thead>
<tbody>
${rows}</tbody></table>`,
  );
}

function cell(value: number | null): Html {
  const share = Math.min(1, Math.abs(value ?? 0) / STRONG);
  const shade = value === null || value === 0 ? '' : ` s${Math.max(1, Math.ceil(share * STEPS))}`;
  return html`<td class="n ${toneOf(value)}${shade}">${signedPercent(value)}</td>`;
}
