/**
 * Heat maps: tables whose cells are tinted by what stands in them.
 *
 * Promises: the figure is in the cell, so the tint is for the eye alone; tints are kept so light
 * that the text on them can be read.
 */
import { html, nothing, type TemplateResult } from 'lit-html';

export interface Heat {
  readonly text: string;
  /** A second, smaller figure. */
  readonly note?: string;
  /** −1 (cold) to 1 (warm). */
  readonly warmth: number;
  readonly isBest?: boolean;
}

export interface HeatMap {
  readonly caption: string;
  /** What the rows are. */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly title: string; readonly cells: readonly Heat[] }[];
}

export const heatMap = ({ caption, corner, columns, rows }: HeatMap): TemplateResult => html`
  <div class="scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="heat">
      <caption>${caption}</caption>
      <thead>
        <tr>
          <th scope="col" class="text">${corner}</th>
          ${columns.map(column => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ title, cells }) =>
            html`<tr><th scope="row" class="text">${title}</th>${cells.map(cell)}</tr>`,
        )}
      </tbody>
    </table>
  </div>
`;

const cell = ({ text, note, warmth, isBest }: Heat): TemplateResult => html`
  <td class=${warmth < 0 ? 'cold' : 'warm'} .style=${`--heat: ${strength(warmth)}%`}>
    ${isBest === true ? html`<b>★ ${text}</b>` : text}${
      note === undefined ? nothing : html`<small>${note}</small>`
    }
  </td>
`;

const strength = (warmth: number): number => Math.round(Math.min(1, Math.abs(warmth)) * 100);

/** A bar beside its figure. */
export const bar = (text: string, part: number): TemplateResult => html`
  <span class="bar"><span .style=${`width: ${Math.round(Math.min(1, Math.max(0, part)) * 100)}%`}></span></span>
  <span class="figure">${text}</span>
`;
