/**
 * What the learning was worth: in plain words, as a reliability plot, and version by version.
 *
 * Promises: where it did not help, that is what the report says.
 */
import { scaleSqrt } from 'd3-scale';
import { counted, decimal, percent, signed, UNKNOWN } from '../app/number-text.ts';
import type { Reliability } from '../app/reliability.ts';
import type { CalibrationView, LearningView, ReportView } from '../app/report-view.ts';
import { utcMinute } from '../base/time.ts';
import { figure, legendOf } from './figure.ts';
import { type Html, html } from './html.ts';
import { across, at, MARGIN, SQUARE, upward, valueLines, valueMarks } from './plot.ts';
import { NONE, table, toned } from './table.ts';

const DECIMALS = 4;

export function learningSection(view: ReportView): Html {
  const { learning } = view;
  const { calibration } = learning;
  const ensemble = calibration.filter(({ id }) => id === 'ensemble').map(calibrationOf);
  const models = calibration
    .filter(({ id }) => id !== 'ensemble')
    .map(each => html`<div>${calibrationOf(each)}</div>`);
  return html`<p class="verdict">${learningVerdict(view)}</p>
<div class="beside"><div>
<h3>Calibration</h3>
${ensemble}
</div><div>
<h3>Forecasters</h3>
<p class="note">Log-loss in nats, lower is better; the gain is over the base rate on the same forecasts, each made before its outcome was known. The base rate is how often each outcome came lately; the walk-forward section takes how often it came so far.</p>
${forecasterTable(learning)}
</div></div>
<h3>Calibration of the models</h3>
<div class="beside">${models}</div>
<h3>Model versions</h3>
<p class="note">Each was scored on the last examples before it was adopted or refused, which neither it nor the decision on its predecessor had seen.</p>
${versionTable(learning)}`;
}

/** In plain words. */
export function learningVerdict({ learning, walkForward }: ReportView): string {
  if (!learning.on) return 'Learning is switched off: the strategies traded by fixed rules.';
  const pool = learning.forecasters.find(({ name }) => name === 'pool');
  const judged = walkForward?.overall?.forecasts.pool;
  if (judged?.gainInterval) {
    const { low, high } = judged.gainInterval;
    const told = `over ${decimal(judged.examples, 0)} forecasts the pool of all learners gained ${signed(judged.gain, DECIMALS)} nats on the base rate (${percent(walkForward?.bootstrap.level ?? null, 0)} interval ${signed(low, DECIMALS)} to ${signed(high, DECIMALS)})`;
    if (low > 0) return `The forecasts are better than the base rate: ${told}.${NO_PROFIT}`;
    if (high < 0) return `Learning did not help on this market: ${told}.`;
    return `Learning cannot be told from luck on this market: ${told}, and the interval holds 0.`;
  }
  if (pool === undefined || pool.gain === null)
    return 'Nothing can be said of the learning yet: no forecast has come due.';
  const forecasts = `over ${decimal(pool.forecasts, 0)} forecasts`;
  if (pool.gain <= 0)
    return `Learning did not help on this market: ${forecasts} the pool of all learners is ${signed(pool.gain, DECIMALS)} nats against the base rate, which knows nothing but how often each outcome came.`;
  return `${forecasts.replace('over', 'Over')} the pool of all learners gained ${signed(pool.gain, DECIMALS)} nats on the base rate. Whether that is more than luck, the intervals of backtest --walk-forward tell.${NO_PROFIT}`;
}

const NO_PROFIT = ' A better forecast is no profit yet: costs come off what it earns.';

function calibrationOf(told: CalibrationView): Html {
  const { note, reliability } = told;
  return reliability === null
    ? html`<p class="none">${note}</p>`
    : reliabilityFigure(told, reliability);
}

function reliabilityFigure({ id, title, note }: CalibrationView, reliability: Reliability): Html {
  const { bins, examples, expectedCalibrationError } = reliability;
  const x = across([0, 1], SQUARE);
  const y = upward([0, 1], SQUARE);
  const radius = scaleSqrt([0, Math.max(...bins.map(bin => bin.examples))], [2, 13]);
  const whole = (value: number): string => percent(value, 0);
  const { width, height } = SQUARE;
  const dots = bins.map(
    bin =>
      html`<circle class="dot" cx="${at(x(bin.predicted))}" cy="${at(y(bin.observed))}" r="${at(radius(bin.examples))}"/>`,
  );
  const held = bins.map(bin => bin.examples);
  const [least, most] = [Math.min(...held), Math.max(...held)];
  const each =
    bins.length === 1 ? 'all in one bin' : `${decimal(least, 0)} to ${decimal(most, 0)} in a bin`;
  const columns = ['confidence', 'said, on average', 'came true', 'forecasts'];
  const rows = bins.map(bin => [
    `${whole(bin.from)} to ${whole(bin.to)}`,
    percent(bin.predicted, 1),
    percent(bin.observed, 1),
    decimal(bin.examples, 0),
  ]);
  return figure({
    ...{
      id: `calibration-${id}`,
      title: `Calibration of the ${title}: what it said and what came true`,
    },
    frame: SQUARE,
    legend: legendOf([
      {
        name: 'forecasts of about one confidence; larger: more',
        look: 'dot',
        path: 'M8 6a4 4 0 1 1 8 0a4 4 0 1 1 -8 0',
      },
      { name: 'confidence means what it says', look: 'zero', path: 'M0 6h24' },
    ]),
    text: `${counted(examples, 'forecast')} in ${counted(bins.length, 'bin')}; the mean distance between what was said and what came true is ${percent(expectedCalibrationError, 1)}.`,
    note: `Expected calibration error ${percent(expectedCalibrationError, 1)} over ${counted(examples, 'forecast')}, ${each}. ${note}`,
    plot: html`${valueLines(y, SQUARE, whole)}${valueMarks(x, SQUARE, whole)}<path class="zero" d="M${at(x(0))} ${at(y(0))}L${at(x(1))} ${at(y(1))}"/>${dots}<text x="${width - MARGIN.right}" y="${height - MARGIN.bottom - 6}" text-anchor="end">confidence</text><text x="18" y="${height / 2}" text-anchor="middle" transform="rotate(-90 18 ${height / 2})">came true</text>`,
    table: table(
      columns.map(title => ({ title })),
      rows,
    ),
  });
}

const gainCell = (gain: number | null) => toned(gain, signed(gain, DECIMALS));

function forecasterTable({ forecasters }: LearningView): Html {
  const columns = [
    { title: 'forecaster', text: true as const },
    ...['weight', 'forecasts', 'log-loss', 'base rate', 'gain'].map(title => ({ title })),
  ];
  const rows = forecasters.map(({ name, weight, forecasts, logLoss, baseLogLoss, gain }) => [
    name,
    decimal(weight, 3),
    decimal(forecasts, 0),
    decimal(logLoss, DECIMALS),
    decimal(baseLogLoss, DECIMALS),
    gainCell(gain),
  ]);
  return table(columns, rows);
}

function versionTable({ versions }: LearningView): Html {
  if (versions.length === 0) return NONE;
  const columns = [
    ...['version', 'status', 'trained at (UTC)'].map(title => ({ title, text: true as const })),
    ...['compared on', 'log-loss', 'base rate', 'gain'].map(title => ({ title })),
  ];
  const rows = versions.map(version => [
    version.id,
    version.status === 'refused' ? `refused: ${version.verdict ?? UNKNOWN}` : version.status,
    version.trainedAt === null ? UNKNOWN : utcMinute(version.trainedAt),
    decimal(version.examples, 0),
    decimal(version.logLoss, DECIMALS),
    decimal(version.baseLogLoss, DECIMALS),
    gainCell(version.gain),
  ]);
  return table(columns, rows);
}
