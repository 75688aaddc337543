/**
 * What the bot has learned: features, attention, Q-table, forecasts and models.
 *
 * Promises: what is not trained yet says so. Never: judges; it shows what was measured.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Learning, ModelVersionRow } from '../view.ts';
import { count, day, fixed, percent, UNKNOWN, words } from './format.ts';
import { bar, heatMap } from './heat.ts';
import { calibrationFigure } from './reliability-figure.ts';
import type { Scene } from './scene.ts';
import { type Column, moment, table } from './table.ts';

/** Of the days of attention: as many columns as a screen has room for. */
const DAYS_SHOWN = 14;

export function learningPage({ learning }: Scene): TemplateResult {
  const { value, fault, loading } = learning;
  return html`
    ${fault === null ? nothing : html`<p class="banner bad" role="alert">${fault}</p>`}
    ${value === null ? html`<p class="empty">${loading ? 'Fetching what was learned …' : ''}</p>` : body(value)}
  `;
}

const body = (learning: Learning): TemplateResult => html`
  <div class="columns">
    <div class="wide">
      ${qTable(learning)} ${learning.calibration.map(calibrationFigure)} ${experts(learning)}
      ${versions(learning)}
    </div>
    <div class="narrow">${features(learning)}</div>
  </div>
  ${attentionPast(learning)}
`;

interface FeatureRow {
  readonly name: string;
  readonly importance: number | null;
  readonly attention: number;
}

function features({ features, importance, attention }: Learning): TemplateResult {
  const rows = features
    .map((name, at) => ({
      ...{ name, importance: importance?.[at] ?? null, attention: attention[at] ?? 0 },
    }))
    .sort((one, other) => weightOf(other) - weightOf(one));
  const most = Math.max(1e-9, ...rows.map(row => row.importance ?? 0));
  const keenest = Math.max(1e-9, ...attention);
  const columns: readonly Column<FeatureRow>[] = [
    { title: 'Feature', isText: true, cell: row => row.name },
    {
      title: 'Importance',
      unit: 'share',
      cell: row =>
        row.importance === null ? UNKNOWN : bar(percent(row.importance, 1), row.importance / most),
    },
    {
      title: 'Attention',
      unit: 'mean 1',
      cell: row => bar(fixed(row.attention, 2), row.attention / keenest),
    },
  ];
  return html`
    <section class="card" aria-labelledby="features-title">
      <h2 id="features-title">Features</h2>
      <p class="note">
        ${
          importance === null
            ? 'No signal model is trained yet: attention alone has an opinion.'
            : 'How much of what the signal model decides hangs on each, and what attention gives it now.'
        }
      </p>
      ${table({ caption: 'Features', isCaptionUnseen: true, columns, rows, empty: 'None.' })}
    </section>
  `;
}

const weightOf = ({ importance, attention }: FeatureRow): number => importance ?? attention;

/** The last days, or as many spread over all of them. */
function attentionPast({ features, attentionPast: past }: Learning): TemplateResult {
  const step = Math.max(1, (past.length - 1) / (DAYS_SHOWN - 1));
  const days = past.filter((_, at) => Math.round(Math.round(at / step) * step) === at);
  const sway = Math.max(
    0.05,
    ...days.flatMap(({ weights }) => weights.map(one => Math.abs(one - 1))),
  );
  return html`
    <section class="card" aria-labelledby="attention-title">
      <h2 id="attention-title">Attention over time</h2>
      <p class="note">
        One column for a day of the market (UTC). Above 1 a feature is looked at more than the mean,
        below 1 less.
        ${
          past[0] === undefined
            ? nothing
            : `It reaches back to ${day(past[0].time)}, as far as the journal does.`
        }
      </p>
      ${
        days.length === 0
          ? html`<p class="empty">No candle has closed yet.</p>`
          : heatMap({
              caption: 'Attention weights by day',
              corner: 'Feature',
              columns: days.map(({ time }) => day(time)),
              rows: features.map((title, at) => ({
                title,
                cells: days.map(({ weights }) => {
                  const weight = weights[at] ?? 1;
                  return { text: fixed(weight, 2), warmth: (weight - 1) / sway };
                }),
              })),
            })
      }
    </section>
  `;
}

function qTable({ qTable: { actions, rows, epsilon, rewards } }: Learning): TemplateResult {
  const largest = Math.max(1e-9, ...rows.flatMap(row => row.values.map(Math.abs)));
  return html`
    <section class="card" aria-labelledby="q-title">
      <h2 id="q-title">Strategy choice (Q-table)</h2>
      <p class="note">
        ε ${percent(epsilon, 1)} of the choices are rolled dice, ${count(rewards)} rewards seen. A cell:
        what the strategy is worth there, in units of its own risk, and below it how often it was
        tried (n). ★ is what is chosen; where nothing is, dice choose.
      </p>
      ${heatMap({
        caption: 'Worth of each strategy by market regime and volatility',
        corner: 'Market',
        columns: actions.map(words),
        rows: rows.map(({ state, values, visits }) => ({
          title: words(state).replace('|', ', '),
          cells: values.map((value, at) => ({
            text: fixed(value, 3),
            note: `n ${count(visits[at])}`,
            warmth: value / largest,
            isBest: isTried(visits) && isAlone(values, value),
          })),
        })),
      })}
    </section>
  `;
}

/** The best, and no other as good: between equals dice choose. */
const isAlone = (values: readonly number[], value: number): boolean =>
  values.filter(other => other >= value).length === 1;

const isTried = (visits: readonly number[]): boolean => visits.some(one => one > 0);

const experts = ({ experts }: Learning): TemplateResult => html`
  <section class="card" aria-labelledby="experts-title">
    <h2 id="experts-title">Experts of the ensemble</h2>
    ${table({
      caption: 'Experts of the ensemble',
      isCaptionUnseen: true,
      columns: [
        { title: 'Expert', isText: true, cell: row => words(row.name) },
        {
          title: 'Weight',
          cell: row => (row.weight === null ? UNKNOWN : bar(fixed(row.weight, 3), row.weight)),
        },
        { title: 'Forecasts', cell: row => count(row.forecasts) },
        { title: 'Log loss', unit: 'nats', cell: row => fixed(row.logLoss, 4) },
        { title: 'Of guessing', unit: 'nats', cell: row => fixed(row.baseLogLoss, 4) },
      ],
      rows: experts,
      empty: 'None.',
    })}
    <p class="note">A weight is an expert's exponent in the logarithmic pool: 0 leaves it unheard, and together they need not be 1.</p>
  </section>
`;

const versionColumns: readonly Column<ModelVersionRow>[] = [
  { title: 'Version', isText: true, cell: row => row.id },
  { title: 'Status', isText: true, cell: row => STATUS_MARKS[row.status] },
  { title: 'Trained', unit: 'UTC', cell: row => moment(row.trainedAt) },
  { title: 'Examples', cell: row => count(row.examples) },
  { title: 'Log loss', unit: 'nats', cell: row => fixed(row.logLoss, 4) },
  { title: 'Of guessing', unit: 'nats', cell: row => fixed(row.baseLogLoss, 4) },
  { title: 'Verdict', isText: true, cell: row => row.verdict ?? UNKNOWN },
];

const STATUS_MARKS: Readonly<Record<ModelVersionRow['status'], string>> = {
  'in use': '● in use',
  former: '○ former',
  refused: '✕ refused',
};

const versions = ({ versions }: Learning): TemplateResult => html`
  <section class="card" aria-labelledby="versions-title">
    <h2 id="versions-title">Model versions</h2>
    ${table({
      caption: 'Model versions',
      isCaptionUnseen: true,
      columns: versionColumns,
      rows: versions,
      empty: 'No model is trained yet.',
    })}
  </section>
`;
