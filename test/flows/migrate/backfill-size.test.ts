import { beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { openEmptyDatabase } from '../../support/database.ts';
import { forFile } from '../../support/for-file.ts';
import { applyReviewSchema, migrationsFolder } from '../../support/review-schema.ts';

const REQUESTS = 20_000;
const db = await forFile(openEmptyDatabase());

/** Requests of ten events, and something odd about each: names, tenants, blanks, attempts, numbers from below 1. */
beforeAll(async () => {
  await applyReviewSchema(db);
  // Indexes on the way in would take most of the time.
  await db.database.execute('DROP INDEX ix_event_tracker_metadata');
  await db.database.execute(
    `INSERT INTO request_tracker (pagw_id, tenant, created_at)
     SELECT 'PAGW-' || n, (ARRAY['ANTHEM', ' anthem', 'Elevance '])[1 + n % 3], timestamptz '2025-11-01Z' + n * interval '5 minutes'
     FROM generate_series(1, :requests) AS n`,
    { requests: REQUESTS },
  );
  await db.database.execute(
    `INSERT INTO event_tracker (tenant, pagw_id, stage, event_type, status, sequence_no, attempt, retryable, next_retry_at, created_at)
     SELECT
       tenant, pagw_id, (ARRAY['parser', ' VALIDATOR', 'request-enricher', ''])[1 + (no + 4) % 4],
       (ARRAY['API_CON_ERROR', 'parse_ok', ' VAL_START', ''])[1 + (no + 4 + length(pagw_id)) % 4],
       (CASE WHEN no % 5 = 4 THEN 'FAILED' ELSE 'COMPLETED' END)::pagw_event_status,
       no, no % 3 - 1, no % 5 > 2, CASE WHEN no % 2 = 0 THEN created_at + interval '1 day' END, created_at + no * interval '1 s'
     FROM request_tracker, generate_series(-2, 7) AS no`,
  );
});

it('backfills 200,000 odd rows, cut in the middle, with a few indexes until they are there', async () => {
  let batches = 0;
  const cut = await migrate(db.database, {
    migrationsFolder,
    onProgress: ({ rows }) => {
      if (rows !== undefined) batches++;
    },
    mayGoOn: () => batches < 2,
  });
  expect(cut.complete).toBe(false);
  const half = await db.database.execute<{ events: number; indexes: number }>(
    `SELECT
       (SELECT count(*) FROM event_tracker) AS events,
       (SELECT count(*) FROM pg_index WHERE indrelid = 'event_tracker'::regclass) AS indexes`,
  );
  expect(half.rows).toEqual([{ events: 100_000, indexes: 3 }]);
  expect(await migrate(db.database, { migrationsFolder })).toMatchObject({ complete: true });
  const { rows } = await db.database.execute(
    `SELECT
       count(*) AS events, count(DISTINCT pagw_id) AS requests, min(sequence_no) AS first, max(sequence_no) AS last,
       array_agg(DISTINCT tenant ORDER BY tenant) AS tenants,
       bool_and(attempt >= 1) AS attempts,
       count(*) FILTER (WHERE next_retry_at IS NOT NULL AND NOT (status = 'FAILED' AND retryable)) AS due_by_mistake,
       array_agg(DISTINCT stage::text ORDER BY stage::text) AS stages
     FROM event_tracker`,
  );
  expect(rows).toEqual([
    {
      events: 10 * REQUESTS,
      requests: REQUESTS,
      first: 1,
      last: 10,
      tenants: ['anthem', 'elevance'],
      attempts: true,
      dueByMistake: 0,
      stages: ['ENRICHMENT', 'PARSING', 'UNKNOWN', 'VALIDATION'],
    },
  ]);
  const invalid = await db.database.execute('SELECT FROM pg_index WHERE NOT indisvalid');
  expect(invalid.rows).toEqual([]);
});
