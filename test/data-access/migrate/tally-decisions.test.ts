import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordEvents } from '../../../lib/data-access/ingest/record-events.ts';
import { ensurePartition } from '../../../lib/data-access/maintain/ensure-partitions.ts';
import { migrate } from '../../../lib/data-access/migrate/migrate.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';
import { expectFolded, expectTallied } from '../../support/decision-tally.ts';
import { untilSomebodyWaits, withDirectConnections } from '../../support/direct-connections.ts';
import { migrateBefore } from '../../support/migrate-before.ts';
import { migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-01-01T03:00:00Z');
let db: TestDatabase;

/** A database as it was before the tally, with decided requests. */
beforeEach(async () => {
  db = await openEmptyDatabase();
  await migrateBefore(db, 'V028');
  await ensurePartition(db.database, now);
  const ids = Array.from({ length: 20 }, (_, place) => ({
    pagwId: `PAGW-${place}`,
    tenant: place % 3 === 0 ? 'anthem' : 'elevance',
  }));
  await recordEvents(
    db.database,
    ids.map((id, place) =>
      trackedEvent({
        ...id,
        priority: place % 2 === 0 ? 'EXPEDITED' : null,
        occurredAt: new Date(now.getTime() - place * 1_800_000).toISOString(),
      }),
    ),
    now,
  );
  // To either side of the year's end; every fourth is not decided.
  await recordEvents(
    db.database,
    ids.map((id, place) =>
      trackedEvent({
        ...id,
        occurredAt: new Date(now.getTime() - place * 900_000).toISOString(),
        requestStatus: place % 5 === 0 ? 'DENIED' : 'APPROVED',
        decided: place % 4 !== 0,
        effect: 'closes',
      }),
    ),
    now,
  );
});
afterEach(() => db.close());

describe('a database that holds decided requests', () => {
  it('has them in the tally', async () => {
    await migrate(db.database, { migrationsFolder });
    const { rows } = await db.database.execute(
      `SELECT period, starts_at, sum(decided)::int AS decided FROM decision_tally GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    expect(rows).toEqual([
      { period: 'month', startsAt: new Date('2025-12-01T00:00:00Z'), decided: 6 },
      { period: 'month', startsAt: new Date('2026-01-01T00:00:00Z'), decided: 9 },
      { period: 'year', startsAt: new Date('2025-01-01T00:00:00Z'), decided: 6 },
      { period: 'year', startsAt: new Date('2026-01-01T00:00:00Z'), decided: 9 },
    ]);
    await expectTallied(db);
    expect(await expectFolded(db)).toBe(15);
  });

  it('counts once what is decided while the tally is made', async () => {
    await withDirectConnections(db.connectionString, 1, async ([ingest]) => {
      await ingest?.query('BEGIN');
      await ingest?.query(`UPDATE request_tracker SET decided_at = received_at WHERE pagw_id = 'PAGW-0'`);
      const migrated = migrate(db.database, { migrationsFolder });
      await untilSomebodyWaits(db.database);
      await ingest?.query(`UPDATE request_tracker SET decided_at = received_at WHERE pagw_id = 'PAGW-4'`);
      await ingest?.query('COMMIT');
      await migrated;
      await ingest?.query(`UPDATE request_tracker SET decided_at = received_at WHERE pagw_id = 'PAGW-8'`);
    });
    expect(await expectFolded(db)).toBe(18);
  });
});
