/**
 * A measurement and the table that shows it. The tables are those of docs/PERFORMANCE.md.
 */

export interface Row {
  readonly what: string;
  readonly value: string;
  /** Empty where nothing is aimed at. */
  readonly aim: string;
  /** Null where nothing is aimed at. */
  readonly reached: boolean | null;
}

interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly decimals?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function row(measured: Measured): Row {
  const { what, value, unit, decimals = 0, atLeast, atMost } = measured;
  const text = (number: number): string =>
    `${number.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: decimals })} ${unit}`.trim();
  const shown = { what, value: text(value) };
  if (atLeast !== undefined)
    return { ...shown, aim: `≥ ${text(atLeast)}`, reached: value >= atLeast };
  if (atMost !== undefined) return { ...shown, aim: `≤ ${text(atMost)}`, reached: value <= atMost };
  return { ...shown, aim: '', reached: null };
}

/** Markdown, with columns that line up. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['what', 'measured', 'aim', ''],
    ...rows.map(({ what, value, aim, reached }) => [what, value, aim, mark(reached)]),
  ];
  const widths = [0, 1, 2, 3].map(column =>
    Math.max(1, ...cells.map(line => (line[column] ?? '').length)),
  );
  const lines = cells.map(
    line => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const ruler = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], ruler, ...lines.slice(1)].join('\n');
}

const mark = (reached: boolean | null): string =>
  reached === null ? '' : reached ? 'ok' : 'MISSED';

/** The value below which `share` of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
