/**
 * A bar chart in the terminal: a row per name, the longest bar for the largest value.
 *
 * Promises: largest first; a value of 0 or below has no bar. Never: scales by what is not shown.
 */
import { decimal } from './number-text.ts';
import { table } from './table.ts';

const BAR_CELLS = 24;
const DECIMALS = 4;

export const bar = (share: number): string =>
  '█'.repeat(Math.round(Math.max(0, Math.min(1, share)) * BAR_CELLS));

export function barChart(
  values: Readonly<Record<string, number>>,
  titles: { readonly name: string; readonly value: string },
): string {
  const rows = Object.entries(values).sort(([, one], [, other]) => other - one);
  const most = Math.max(0, ...rows.map(([, value]) => value));
  return table(
    [{ title: titles.name }, { title: titles.value, align: 'right' }, { title: '' }],
    rows.map(([name, value]) => [
      name,
      decimal(value, DECIMALS),
      most > 0 ? bar(value / most) : '',
    ]),
  );
}
