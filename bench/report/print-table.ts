import { print } from './print.ts';

/** Prints rows under a header as a Markdown table, aligned: the first column left, numbers right. */
export function printTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) =>
    `| ${header.map((_, column) => pad(cells[column] ?? '', column)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  print([title, '', ...[header, rule, ...rows].map(line)].join('\n'));
}

/** Median with the lowest and highest round: `25,841 (24,100–26,300)`. */
export function withSpread(middle: number, values: readonly number[], digits = 0): string {
  return `${number(middle, digits)} (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})`;
}

export function number(value: number, digits = 0): string {
  return Number.isFinite(value)
    ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '–';
}
