import type { Database } from '../data-access/database.ts';

export interface RequestCounts {
  tenants: number;
  requests: number;
  /** Open, and no progress in the main lane for 15 minutes. */
  stuck: number;
  retriesDue: number;
}

const SQL = `
WITH request AS (
  SELECT
    count(DISTINCT tenant) AS tenants,
    count(*) AS requests,
    count(*) FILTER (
      WHERE completed_at IS NULL AND coalesce(main_at, last_event_at) < :now::timestamptz - interval '15 minutes'
    ) AS stuck
  FROM request_tracker
), retry AS (
  SELECT count(*) AS retries_due
  FROM event_tracker
  WHERE status = 'FAILED' AND retryable AND next_retry_at <= :now::timestamptz
)
SELECT tenants, requests, stuck, retries_due FROM request CROSS JOIN retry`;

/** What the start banner and the first page tell: a scan, so for a local database only. */
export async function countRequests(database: Database, now: Date): Promise<RequestCounts> {
  const { rows } = await database.execute<RequestCounts>(SQL, { now });
  return rows[0] ?? { tenants: 0, requests: 0, stuck: 0, retriesDue: 0 };
}
