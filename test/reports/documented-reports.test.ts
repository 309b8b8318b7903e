import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reports } from '../../lib/reports/reports.ts';
import { withReportsTable } from '../../tools/reports-table.ts';

describe('docs/reports.md', () => {
  it('has the table of reports as they describe themselves (npm run reports -- --write)', () => {
    const page = readFileSync('docs/reports.md', 'utf8');
    expect(page).toBe(withReportsTable(page));
  });
});

it('every report of lib/reports is in the list that the CLI and the docs are made from', () => {
  const defined = globSync('lib/reports/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/= defineReport[^(]*\(\{\s*name: '([\w-]+)'/g)].map(([, name]) => name);
  });
  expect(reports.map(({ name }) => name).sort()).toEqual(defined.sort());
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
