import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costTable, fixedParts, prodTemplates, written } from '../../tools/estimate-cost.ts';

const fixed = fixedParts(prodTemplates());

test('the cost page’s tables are what the template of prod, and of each option, comes to (npm run cost -- --write)', () => {
  const page = readFileSync('docs/cost.md', 'utf8');
  expect(page).toBe(written(page));
});

test('what the template has is counted: a key more costs a dollar in each column', () => {
  const { endpointZones, ...counted } = fixed;
  expect(endpointZones).toBe(0);
  for (const count of Object.values(counted)) expect(count).toBeTruthy();
  const totals = (table: string) =>
    [...table.matchAll(/\*\*≈ (\d+)\*\*/g)].map(([, dollars]) => Number(dollars));
  const more = totals(costTable({ ...fixed, keys: fixed.keys + 1 }));
  expect(more).toEqual(totals(costTable(fixed)).map((dollars) => dollars + 1));
});
