/**
 * Figures: a plot with its title, what it shows in words, and its numbers as a table.
 *
 * Promises: whoever cannot see the plot has the words and the numbers.
 */
import { type Html, html } from './html.ts';
import type { Frame } from './plot.ts';

export interface Figure {
  /** Of the element; a word. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen in it, for those who do not. */
  readonly text: string;
  /** Below the plot, for everybody. */
  readonly note?: string | Html;
  readonly legend?: Html;
  readonly frame: Frame;
  readonly plot: Html;
  readonly table: Html;
}

export const figure = ({ id, title, text, note, legend, frame, plot, table }: Figure): Html =>
  html`<figure id="${id}">
<figcaption>${title}</figcaption>
${legend ?? null}
<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${title}</title><desc id="${id}-text">${text}</desc>
${plot}
</svg>
${note === undefined ? null : html`<p class="note">${note}</p>`}
<details><summary>The numbers<span class="unseen"> of: ${title}</span></summary>${table}</details>
</figure>
`;

export interface LegendEntry {
  readonly name: string;
  /** Of the line or the sign. */
  readonly look: string;
  /** SVG path in a box of 24 × 12. */
  readonly path: string;
}

export const legendOf = (entries: readonly LegendEntry[]): Html =>
  html`<ul class="legend">${entries.map(
    ({ name, look, path }) =>
      html`<li><svg viewBox="0 0 24 12" aria-hidden="true"><path class="${look}" d="${path}"/></svg>${name}</li>`,
  )}</ul>`;
