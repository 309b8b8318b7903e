import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reports } from '../../lib/reports/reports.ts';
import { reportsList, withReportsTable } from '../../tools/list-reports.ts';

it('a report is listed, and described in docs/reports.md, by its file alone (npm run reports -- --write)', () => {
  expect(readFileSync('lib/reports/reports.ts', 'utf8')).toBe(reportsList());
  const page = readFileSync('docs/reports.md', 'utf8');
  expect(page).toBe(withReportsTable(page, reports));
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
