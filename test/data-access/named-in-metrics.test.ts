import { expect, it } from 'vitest';
import { MOST_METRIC_TENANTS, metricTenants } from '../../lib/data-access/named-in-metrics.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';

const start = new Date('2026-03-01T10:00:00Z');
const db = await databaseOfFile();

const open = (...tenants: string[]) =>
  recordEvents(
    db.database,
    tenants.map((tenant) => trackedEvent({ tenant, pagwId: `PAGW-${tenant}` })),
    start,
  );

it('names the tenants that came first, and those of the settings, whatever flood comes after them', async () => {
  await open('anthem', 'zürich');
  expect(await metricTenants(db.database, [])).toEqual(new Set(['anthem', 'zürich']));
  await open(...Array.from({ length: 300 }, (_, number) => `aaa-${number}`));
  // The first are closed by now, and what was made up stays open for ever.
  await db.database.execute(`DELETE FROM request_tracker WHERE tenant IN ('anthem', 'zürich')`);
  const runs = await Promise.all(Array.from({ length: 12 }, () => metricTenants(db.database, ['Named '])));
  for (const names of runs) {
    expect(names.size).toBe(MOST_METRIC_TENANTS);
    expect([...names].slice(0, 3)).toEqual(['named', 'anthem', 'zürich']);
  }
  expect(await metricTenants(db.database, ['Named '])).toEqual(runs[0]);
});
