import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { claimDueRetries } from '../../../lib/data-access/retry.ts';
import { takeWatchedRequests } from '../../../lib/data-access/stuck-alarm.ts';
import { refreshSummary } from '../../../lib/data-access/summary.ts';
import { findRequest, readTimeline } from '../../../lib/data-access/timeline.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { schemaText } from '../../../lib/flows/migrate/dump-schema.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { openEmptyDatabase } from '../../support/database.ts';
import { forFile } from '../../support/for-file.ts';
import { writeFormerMigrations } from '../../support/former-migrations.ts';
import { migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:00:00Z');
const later = new Date('2026-03-01T12:00:00Z');
const db = await forFile(openEmptyDatabase());

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pagw-former-'));
  await writeFormerMigrations(folder);
  await migrate(db.database, { migrationsFolder: folder });
  await rm(folder, { recursive: true });
  await ensurePartition(db.database, now);
});

describe('this code on the schema of the former release', () => {
  it('records, reads, claims, watches and sums up', async () => {
    const failure = { status: 'FAILED' as const, retryable: true, nextRetryAt: now.toISOString() };
    const outcomes = await recordEvents(db.database, [trackedEvent({ pagwId: 'FORMER', ...failure })], now);
    expect(outcomes).toMatchObject([{ outcome: 'RECORDED', sequenceNo: 1 }]);
    const request = await findRequest(db.database, 'FORMER');
    if (request === undefined) throw new Error('not recorded');
    const { value: page } = await readTimeline(db.database, request).next();
    expect(page).toMatchObject([{ sequenceNo: 1 }]);
    const options = { now: later, limit: 10, cursors: new Map(), skippedStages: [] };
    expect((await claimDueRetries(db.database, options)).claimed).toMatchObject([{ pagwId: 'FORMER' }]);
    const watched = await takeWatchedRequests(db.database, 10, later);
    expect(watched.rows).toMatchObject([{ pagwId: 'FORMER' }]);
    await refreshSummary({ database: db.database, now: later, mayGoOn: () => true });
  });

  it('is followed by a migration that ends at the present schema', async () => {
    await migrate(db.database, { migrationsFolder });
    const fresh = await openEmptyDatabase();
    try {
      await migrate(fresh.database, { migrationsFolder });
      expect(await schemaText(db.database)).toBe(await schemaText(fresh.database));
    } finally {
      await fresh.close();
    }
  });
});
