/**
 * Tables of a report: a head, rows, numbers to the right, losses and gains in their colours.
 *
 * Promises: the sign stands in the text too: nothing is told by a colour alone; a table that is
 * wider than the window is scrolled by the keyboard too.
 */
import { type Html, html, type Part } from './html.ts';

export interface Column {
  readonly title: string;
  /** Absent: numbers, to the right. */
  readonly text?: true;
}

export interface Cell {
  readonly text: Part;
  readonly tone: Tone;
}

export type Tone = 'gain' | 'loss' | '';

export type Row = readonly (string | Cell | Html)[];

const isCell = (value: string | Cell | Html): value is Cell =>
  typeof value === 'object' && 'tone' in value;

/** A text whose colour follows the sign of a value. */
export const toned = (value: number | null, text: string): Cell => ({ text, tone: toneOf(value) });

export const toneOf = (value: number | null): Tone =>
  value === null || value === 0 ? '' : value > 0 ? 'gain' : 'loss';

export const NONE = html`<p class="none">None.</p>`;

export function table(columns: readonly Column[], rows: readonly Row[], caption = ''): Html {
  if (rows.length === 0) return NONE;
  const head = columns.map(
    ({ title, text }) => html`<th scope="col" class="${text ? 't' : 'n'}">${title}</th>`,
  );
  const body = rows.map(
    row => html`<tr>${row.map((cell, index) => cellOf(cell, columns[index]))}</tr>\n`,
  );
  const name = caption === '' ? columns.map(({ title }) => title).join(', ') : caption;
  return wide(
    name,
    html`<table>${caption === '' ? null : html`<caption>${caption}</caption>`}
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table>`,
  );
}

/** What may be wider than the window is scrolled by itself, also with the keyboard. */
export const wide = (name: string, content: Html): Html =>
  html`<div class="wide" role="group" tabindex="0" aria-label="${name}">${content}</div>`;

function cellOf(cell: string | Cell | Html, column: Column | undefined): Html {
  const side = column?.text ? 't' : 'n';
  if (!isCell(cell)) return html`<td class="${side}">${cell}</td>`;
  return html`<td class="${`${side} ${cell.tone}`.trim()}">${cell.text}</td>`;
}

/** Names and values without a head. */
export const pairs = (rows: readonly (readonly [name: string, value: Part])[]): Html =>
  html`<table class="pairs"><tbody>
${rows.map(([name, value]) => html`<tr><th scope="row" class="t">${name}</th><td class="t">${value}</td></tr>\n`)}</tbody></table>`;
