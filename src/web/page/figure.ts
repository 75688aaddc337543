/**
 * A chart with what says the same in words: a sentence, and tables of its last points.
 *
 * Promises: nobody needs to see a chart to know what it shows.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type uPlot from 'uplot';
import type { Plan } from './chart.ts';

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly plan: Plan;
  readonly data: uPlot.AlignedData;
  readonly overlay?: unknown;
  readonly controls?: unknown;
  readonly signs?: unknown;
  /** Its last points, as tables. */
  readonly tables: unknown;
}

export const figure = (given: Figure): TemplateResult => html`
  <section class="card" aria-labelledby="${given.id}-title">
    <div class="head">
      <h2 id="${given.id}-title">${given.title}</h2>
      ${given.controls ?? nothing}
    </div>
    <figure>
      <time-chart
        role="img"
        aria-label=${given.title}
        aria-describedby="${given.id}-summary"
        .plan=${given.plan}
        .overlay=${given.overlay ?? null}
        .rows=${given.data}
      ></time-chart>
      ${given.signs ?? nothing}
      <figcaption id="${given.id}-summary">${given.summary}</figcaption>
    </figure>
    <details>
      <summary>In figures</summary>
      ${given.tables}
    </details>
  </section>
`;

/** Computes again only when something else is given: a chart sees that its data are the same. */
export function memo<A extends readonly unknown[], R>(compute: (...given: A) => R) {
  let last: A | null = null;
  let result: R;
  return (...given: A): R => {
    if (last === null || given.some((one, at) => one !== last?.[at])) {
      result = compute(...given);
      last = given;
    }
    return result;
  };
}
