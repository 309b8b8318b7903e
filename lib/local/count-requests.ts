import type { Database } from '../data-access/database.ts';

export interface RequestCounts {
  tenants: number;
  requests: number;
  /** As of the detector's last look. */
  stuck: number;
  retriesDue: number;
}

const SQL = `
WITH request AS (
  SELECT
    count(DISTINCT tenant) AS tenants,
    count(*) AS requests,
    count(*) FILTER (WHERE stuck_reason IS NOT NULL) AS stuck
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
