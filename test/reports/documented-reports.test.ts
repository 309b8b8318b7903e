import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../lib/reports/report.ts';
import { reports } from '../../lib/reports/reports.ts';

const page = readFileSync('docs/reports.md', 'utf8');

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

describe('docs/reports.md', () => {
  it('has the table of reports as they describe themselves', () => {
    const table = ['| report | answers | span | reads |', '|---|---|---|---|', ...reports.map(rowOf)];
    const documented = /<!-- reports: [^\n]*-->\n([\s\S]*?)\n?<!-- \/reports -->/.exec(page)?.[1];
    expect(documented).toBe(table.join('\n'));
  });
});

describe('a report', () => {
  it.each(reports.map((report) => [report.name, report] as const))('%s is described whole', (_, report) => {
    expect(report.columns.length).toBeGreaterThan(2);
    expect(report.columns.filter(({ heads }) => heads)).toHaveLength(1);
    expect(new Set(report.fields).size).toBe(report.fields.length);
    expect(report.empty).toMatch(/\.$/);
    expect(report.paged === true && report.limit === undefined).toBe(false);
  });
});
