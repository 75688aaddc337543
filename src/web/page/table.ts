/**
 * Tables: columns in, an accessible table out.
 *
 * Promises: a caption, a head for each column and row, the sort said in words a screen reader knows
 * (aria-sort); a table wider than the screen scrolls by itself, also with the keyboard.
 * Never: sorts; who asked for the rows did.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import { arrow, machineTime, minute, signedMoney, signedPercent, tone, UNKNOWN } from './format.ts';

export interface Column<Row> {
  readonly title: string;
  /** Its unit, below the title. */
  readonly unit?: string;
  readonly isText?: boolean;
  readonly sort?: Sort;
  readonly cell: (row: Row) => unknown;
}

export interface Sort {
  readonly order: 'ascending' | 'descending' | 'none';
  readonly turn: () => void;
}

export interface Table<Row> {
  readonly caption: string;
  /** The page has a heading that says the same. */
  readonly isCaptionUnseen?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly empty: string;
}

export function table<Row>(given: Table<Row>): TemplateResult {
  const { caption, columns, rows, empty, isCaptionUnseen = false } = given;
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label=${caption}>
      <table>
        <caption class=${isCaptionUnseen ? 'unseen' : ''}>${caption}</caption>
        <thead>
          <tr>${columns.map(head)}</tr>
        </thead>
        <tbody>
          ${rows.map(row => html`<tr>${columns.map((column, at) => cell(column, row, at === 0))}</tr>`)}
        </tbody>
      </table>
    </div>
  `;
}

function head<Row>({ title, unit, isText, sort }: Column<Row>): TemplateResult {
  const text = html`${title}${unit === undefined ? nothing : html` <small>${unit}</small>`}`;
  const side = isText === true ? 'text' : '';
  if (sort === undefined) return html`<th scope="col" class=${side}>${text}</th>`;
  const mark = { ascending: '▲', descending: '▼', none: '' }[sort.order];
  return html`
    <th scope="col" class=${side} aria-sort=${sort.order}>
      <button type="button" @click=${sort.turn}>
        ${mark === '' ? nothing : html`<span class="mark" aria-hidden="true">${mark}</span>`}${text}
      </button>
    </th>
  `;
}

function cell<Row>(column: Column<Row>, row: Row, isFirst: boolean): TemplateResult {
  const side = column.isText === true ? 'text' : '';
  return isFirst
    ? html`<th scope="row" class=${side}>${column.cell(row)}</th>`
    : html`<td class=${side}>${column.cell(row)}</td>`;
}

/** A won or lost amount: sign, arrow and colour. */
export const profit = (value: number | null, quote = ''): TemplateResult => html`
  <span class=${tone(value)}><span aria-hidden="true">${arrow(value)}</span> ${signedMoney(value, quote)}</span>
`;

export const share = (value: number | null): TemplateResult => html`
  <span class=${tone(value)}>${signedPercent(value)}</span>
`;

export const moment = (time: number | null): TemplateResult | string =>
  time === null ? UNKNOWN : html`<time datetime=${machineTime(time)}>${minute(time)}</time>`;
