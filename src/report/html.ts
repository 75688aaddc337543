/**
 * HTML and SVG as text, escaped by construction.
 *
 * Promises: what is put into a template stands there as text, whatever it holds; only another
 * template's result goes in as it is. A number that is none is a bug here, and never `NaN` in a
 * report. Never: knows what the text means.
 */
import { assert } from '../base/assert.ts';
import { escaped } from '../base/escaped.ts';

/** Made by `html` alone. */
export interface Html {
  readonly markup: string;
}

export type Part = Html | string | number | null | readonly Part[];

/** `` html`<td>${symbol}</td>` ``; attributes stand in double quotes. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: texts.map((text, index) => text + markupOf(parts[index] ?? null)).join(''),
});

function markupOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string')
    return escaped(part).replaceAll(/[&<>"']/g, sign => SIGNS[sign] ?? '');
  if (typeof part === 'number') {
    assert(Number.isFinite(part), `${part} in a report`);
    return String(part);
  }
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
