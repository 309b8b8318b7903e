import { readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../lib/reports/report.ts';
import { reports } from '../lib/reports/reports.ts';

const PAGE = new URL('../docs/reports.md', import.meta.url);
const TABLE = /(?<=<!-- reports: [^\n]*-->\n)[\s\S]*?(?=\n<!-- \/reports -->)/;

/** docs/reports.md with its table made from what the reports say of themselves. */
export function withReportsTable(page: string): string {
  if (!TABLE.test(page)) throw new Error('docs/reports.md has no place for the table of reports.');
  const table = ['| report | answers | span | reads |', '|---|---|---|---|', ...reports.map(rowOf)].join(
    '\n',
  );
  return page.replace(TABLE, () => table);
}

function rowOf({ name, words, summary, spanHours, ofYear, filters = [], reads }: Report<object>): string {
  const asked = [
    name,
    ...(words === undefined ? [] : [words[0]]),
    ...filters.map((filter) => `--${filter.name}`),
  ];
  const present = ofYear ? 'last year' : 'now';
  const span = spanHours === undefined ? present : spanHours <= 48 ? `${spanHours} h` : `${spanHours / 24} d`;
  return `| \`${asked.join(' ')}\` | ${summary} | ${span} | ${reads} |`;
}

if (import.meta.filename === process.argv[1]) {
  const page = withReportsTable(readFileSync(PAGE, 'utf8'));
  if (process.argv.includes('--write')) writeFileSync(PAGE, page);
  else process.stdout.write(page);
}
