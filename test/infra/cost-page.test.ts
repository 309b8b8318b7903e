import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costTable, fixedParts, prodTemplates, WRITTEN } from '../../tools/estimate-cost.ts';

const fixed = fixedParts(prodTemplates());

test('the cost page’s table is what the template of prod comes to', () => {
  const page = readFileSync('docs/cost.md', 'utf8');
  const [, rest = ''] = page.split(WRITTEN.begins);
  expect(rest.slice(0, rest.indexOf(WRITTEN.ends))).toBe(costTable(fixed));
});

test('what the template has is counted: a key more costs a dollar in each column', () => {
  for (const count of Object.values(fixed)) expect(count).toBeTruthy();
  const totals = (table: string) =>
    [...table.matchAll(/\*\*≈ (\d+)\*\*/g)].map(([, dollars]) => Number(dollars));
  const more = totals(costTable({ ...fixed, keys: fixed.keys + 1 }));
  expect(more).toEqual(totals(costTable(fixed)).map((dollars) => dollars + 1));
});
