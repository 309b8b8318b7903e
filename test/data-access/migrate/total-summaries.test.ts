import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEvents } from '../../../lib/data-access/ingest/record-events.ts';
import { ensurePartition } from '../../../lib/data-access/maintain/ensure-partitions.ts';
import { refreshSummary } from '../../../lib/data-access/maintain/refresh-summary.ts';
import { migrate } from '../../../lib/data-access/migrate/migrate.ts';
import { countEventsByTenant } from '../../../lib/data-access/query/count-events.ts';
import { eventDistribution } from '../../../lib/data-access/query/event-distribution.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { migrateBefore } from '../../support/migrate-before.ts';
import { migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-05T12:30:00Z');
let db: TestDatabase;

beforeAll(async () => {
  db = await openEmptyDatabase();
  await migrateBefore(db, 'V026');
  await ensurePartition(db.database, now);
  for (let hour = 100; hour > 0; hour -= 7)
    for (const tenant of ['anthem', 'elevance'])
      await recordEvents(
        db.database,
        [trackedEvent({ pagwId: `PAGW-${tenant}-${hour}`, tenant, durationMs: 10 * hour })],
        new Date(now.getTime() - hour * 3_600_000),
      );
  for (let run = 0; run < 3; run++) await refreshSummary({ database: db.database, now, mayGoOn: () => true });
  await migrate(db.database, { migrationsFolder });
});
afterAll(() => db.close());

describe('a summary that was made without totals', () => {
  it('has them after the migration, before maintain runs again', async () => {
    const { rows } = await db.database.execute(
      'SELECT (SELECT count(*) FROM event_tracker_summary_total) AS hours, (SELECT count(*) FROM event_tracker_summary_day_total) AS days',
    );
    expect(rows).toEqual([{ hours: 15, days: 4 }]);
    const span = { since: new Date('2026-03-01T00:00:00Z') };
    expect(await eventDistribution(db.database, { tenant: null, ...span })).toMatchObject([
      { eventCount: 30, maxDurationMs: 1_000 },
    ]);
    expect(await countEventsByTenant(db.database, span)).toEqual([
      { tenant: 'anthem', events: 15, failures: 0 },
      { tenant: 'elevance', events: 15, failures: 0 },
    ]);
  });
});
