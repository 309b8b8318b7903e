import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { EACH_TENANT } from './each-tenant.ts';
import { LATEST_FAILURES } from './latest-failures.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

/** Failures of one stage for one cause at one downstream. */
export interface ErrorGroup {
  stage: string;
  errorCode: string | null;
  targetSystem: string | null;
  failures: number;
  /** Requests that failed so; and those of them that are still open. */
  requests: number;
  openRequests: number;
  oldestAt: Date;
  newestAt: Date;
  /** Of the three requests that failed last. */
  sampleIds: string[];
}

export interface ErrorReport {
  groups: ErrorGroup[];
  /** Failures the groups were made from; when `truncated`, the latest of more. */
  failuresRead: number;
  truncated: boolean;
}

/** What one report reads at most: about 50 ms' worth. */
export const MAX_FAILURES = 2_000;
const MAX_GROUPS = 500;

/** What failed, by stage, cause and downstream, most failures first. */
export async function errorGroups(
  database: Database,
  span: ReportSpan,
  maxFailures = MAX_FAILURES,
): Promise<ErrorReport> {
  const { rows, cut } = await readBounded<ErrorGroup & { failuresRead: number }>(
    database,
    `WITH RECURSIVE ${EACH_TENANT},
     failure AS MATERIALIZED (
       ${LATEST_FAILURES}
     ),
     failed_request AS (
       SELECT
         failure.stage, failure.error_code, coalesce(failure.target_system, request.target_system) AS target_system,
         failure.pagw_id, request.completed_at IS NULL AS is_open,
         count(*) AS failures, min(failure.created_at) AS oldest_at, max(failure.created_at) AS newest_at
       FROM failure
       JOIN request_tracker AS request ON request.pagw_id = failure.pagw_id
       GROUP BY 1, 2, 3, 4, 5
     )
     SELECT
       stage, error_code, target_system,
       sum(failures)::bigint AS failures, count(*) AS requests, count(*) FILTER (WHERE is_open) AS open_requests,
       min(oldest_at) AS oldest_at, max(newest_at) AS newest_at,
       (array_agg(pagw_id::text ORDER BY newest_at DESC, pagw_id))[1:3] AS sample_ids,
       (SELECT count(*) FROM failure) AS failures_read
     FROM failed_request
     GROUP BY stage, error_code, target_system
     ORDER BY failures DESC, oldest_at, stage, error_code, target_system
     LIMIT :max_groups`,
    { ...spanValues(span), max_failures: maxFailures + 1, max_groups: MAX_GROUPS },
  );
  const failuresRead = rows[0]?.failuresRead ?? 0;
  return {
    groups: rows.map(({ failuresRead: _, ...group }) => group),
    failuresRead,
    truncated: cut || failuresRead > maxFailures || rows.length === MAX_GROUPS,
  };
}
