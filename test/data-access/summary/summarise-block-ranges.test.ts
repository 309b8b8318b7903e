import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { summariseBlockRanges } from '../../../lib/data-access/summary.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../../support/database.ts';
import { withDirectConnections } from '../../support/direct-connections.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:00:00Z');
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, now);
  const note = 'x'.repeat(1_500);
  const events = Array.from({ length: 1_500 }, () => trackedEvent({ errorMessage: note }));
  await recordEvents(db.database, events, now);
});

const summarise = () => summariseBlockRanges({ database: db.database, now, mayGoOn: () => true });

describe('summariseBlockRanges', () => {
  it('leaves the lock to a vacuum that is under way', async () => {
    await withDirectConnections(db.connectionString, 1, async ([vacuum]) => {
      await vacuum?.query('BEGIN');
      await vacuum?.query('LOCK TABLE event_tracker_2026_03 IN SHARE UPDATE EXCLUSIVE MODE');
      expect(await summarise()).toEqual({ blockRangesSummarised: 0 });
      await vacuum?.query('ROLLBACK');
    });
  });

  it('covers pages that no vacuum has seen, once', async () => {
    expect((await summarise()).blockRangesSummarised).toBeGreaterThan(0);
    expect(await summarise()).toEqual({ blockRangesSummarised: 0 });
  });

  it('leaves none of the indexes out', async () => {
    await summarise();
    const { rows } = await db.database.execute(
      `SELECT index.oid::regclass::text AS name, brin_summarize_new_values(index.oid) AS left
       FROM pg_class AS index
       JOIN pg_am AS method ON method.oid = index.relam AND method.amname = 'brin'
       WHERE index.relkind = 'i' AND index.relname LIKE 'event_tracker_2026_03%'`,
    );
    expect(rows.map(({ left }) => left)).toEqual([0, 0]);
  });
});
