/**
 * A reliability curve as rows: where both columns agree, what was said means what it says.
 *
 * Promises: the figures of the curve, no others.
 */
import { bar } from './bar-chart.ts';
import { decimal, percent } from './number-text.ts';
import type { Reliability } from './reliability.ts';
import { type Column, table } from './table.ts';

const toRight = (title: string): Column => ({ title, align: 'right' });

/** `counted`: what a bin holds. */
export function reliabilityText(
  { expectedCalibrationError, bins }: Reliability,
  counted: string,
): string {
  const columns = ['confidence', 'predicted', 'observed', counted].map(toRight);
  const rows = bins.map(({ from, to, examples, predicted, observed }) => [
    `${percent(from, 0)} to ${percent(to, 0)}`,
    percent(predicted, 1),
    percent(observed, 1),
    decimal(examples, 0),
    bar(observed),
  ]);
  const error = percent(expectedCalibrationError, 1);
  return `${table([...columns, { title: '' }], rows)}\nexpected calibration error ${error}`;
}
