/**
 * Tables of plain text: columns padded, numbers to the right.
 *
 * Promises: no trailing blanks, no colour, one line per row, so that `grep` and `awk` work.
 */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export type Row = readonly string[];

export function table(columns: readonly Column[], rows: readonly Row[]): string {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map(row => row[index]?.length ?? 0)),
  );
  const line = (cells: Row): string =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const titles = columns.map(column => column.title);
  const rule = widths.map(width => '─'.repeat(width));
  return [line(titles), rule.join('  '), ...rows.map(line)].join('\n');
}

/** Two columns without a head: what is named, and its value. */
export function pairs(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
