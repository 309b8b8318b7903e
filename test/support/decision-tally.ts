import { expect } from 'vitest';
import { foldDecisionChanges } from '../../lib/data-access/decisions.ts';
import type { TestDatabase } from './database.ts';

/** Empties the requests, their events and what is counted of them. Not by TRUNCATE: with all partitions it takes a second. */
export async function emptyDecisions({ database }: TestDatabase): Promise<void> {
  for (const table of ['event_tracker', 'request_tracker', 'decision_change', 'decision_tally'])
    await database.execute(`DELETE FROM ${table}`);
}

/**
 * Finds tally and changes together equal to the requests counted anew, bucket by bucket, in one snapshot: so it may be
 * asked while others record and fold.
 */
export async function expectTallied({ database }: TestDatabase): Promise<void> {
  const { rows } = await database.execute(
    `WITH each_period (period) AS (VALUES ('month'), ('year')),
     noted AS (
       SELECT
         period, starts_at, tenant, priority, up_to_seconds,
         sum(decided) AS decided, sum(approved) AS approved, sum(denied) AS denied, sum(seconds) AS seconds
       FROM (
         SELECT * FROM decision_tally
         UNION ALL
         SELECT period, date_trunc(period, month, 'UTC'), tenant, priority, up_to_seconds, decided, approved, denied, seconds
         FROM decision_change, each_period
       ) AS counted
       GROUP BY period, starts_at, tenant, priority, up_to_seconds
       HAVING (sum(decided), sum(approved), sum(denied), sum(seconds)) <> (0, 0, 0, 0)
     ),
     truth AS (
       SELECT
         period, date_trunc(period, month, 'UTC') AS starts_at, counts.tenant, counts.priority, up_to_seconds,
         sum(decided), sum(approved), sum(denied), sum(seconds)
       FROM request_tracker AS request CROSS JOIN LATERAL decision_counts(request, 1) AS counts, each_period
       GROUP BY period, starts_at, counts.tenant, counts.priority, up_to_seconds
     )
     SELECT 'noted, not so' AS fault, to_json(wrong)::text AS bucket FROM (TABLE noted EXCEPT TABLE truth) AS wrong
     UNION ALL
     SELECT 'not noted', to_json(missing)::text FROM (TABLE truth EXCEPT TABLE noted) AS missing`,
  );
  expect(rows).toEqual([]);
}

export function foldAll({ database }: TestDatabase, pieceChanges?: number) {
  return foldDecisionChanges({ database, now: new Date(), mayGoOn: () => true }, pieceChanges);
}

/** Folds, and finds each bucket counted once, none of them empty and nothing left over. Answers how many decisions there are. */
export async function expectFolded(db: TestDatabase): Promise<number> {
  await foldAll(db);
  await expectTallied(db);
  const { rows } = await db.database.execute<{ changes: number; empty: number; decided: number }>(
    `SELECT
       (SELECT count(*) FROM decision_change) AS changes,
       count(*) FILTER (WHERE decided <= 0) AS empty,
       coalesce(sum(decided) FILTER (WHERE period = 'year'), 0)::bigint AS decided
     FROM decision_tally`,
  );
  expect(rows).toMatchObject([{ changes: 0, empty: 0 }]);
  return rows[0]?.decided ?? 0;
}
