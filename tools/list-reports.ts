import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../lib/reports/report.ts';

const FOLDER = new URL('../lib/reports/', import.meta.url);
const LIST = new URL('reports.ts', FOLDER);
const PAGE = new URL('../docs/reports.md', import.meta.url);
const TABLE = /(?<=<!-- reports: [^\n]*-->\n)[\s\S]*?(?=\n<!-- \/reports -->)/;

/** lib/reports/reports.ts: what each file of the folder defines under its own name. In a bundle there is no folder to read. */
export function reportsList(): string {
  const files = readdirSync(FOLDER)
    .filter((file) => file !== 'reports.ts')
    .sort();
  const reports = files.filter((file) => file !== 'report.ts').map(exportOf);
  return [
    '// Written by npm run reports -- --write.',
    ...files.map((file) =>
      file === 'report.ts'
        ? `import type { Report } from './report.ts';`
        : `import { ${exportOf(file)} } from './${file}';`,
    ),
    '',
    '/** Every report, by its name. */',
    'export const reports: readonly Report<object>[] = [',
    ...reports.map((name) => `  ${name},`),
    '];',
    '',
  ].join('\n');
}

function exportOf(file: string): string {
  return file.replace('.ts', '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** docs/reports.md with its table made from what the reports say of themselves. */
export function withReportsTable(page: string, reports: readonly Report<object>[]): string {
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
  const writes = process.argv.includes('--write');
  if (writes) writeFileSync(LIST, reportsList());
  const { reports } = await import(LIST.href);
  const page = withReportsTable(readFileSync(PAGE, 'utf8'), reports);
  if (writes) writeFileSync(PAGE, page);
  else process.stdout.write(page);
}
