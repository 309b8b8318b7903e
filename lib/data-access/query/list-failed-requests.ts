import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { EACH_TENANT } from './each-tenant.ts';
import { MAX_FAILURES } from './error-groups.ts';
import { LATEST_FAILURES } from './latest-failures.ts';
import type { ListedRequest } from './list-requests.ts';
import { NONE_STATED } from './none-stated.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

export interface FailedRequestsQuery extends ReportSpan {
  stage?: string | undefined;
  /** NONE_STATED: failures without an error code. */
  errorCode?: string | undefined;
  /** NONE_STATED: failures of which no downstream is known. */
  targetSystem?: string | undefined;
  /** Only requests that are still in flight. */
  openOnly?: boolean | undefined;
  limit: number;
}

export interface FailedRequest
  extends Pick<
    ListedRequest,
    'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason'
  > {
  /** That match, of this request. */
  failures: number;
  /** When the latest of them was recorded. */
  failedAt: Date;
}

export interface FailedRequests {
  /** The one that failed last first; up to `limit`. */
  requests: FailedRequest[];
  /** Of all that match. */
  total: number;
  open: number;
  failures: number;
}

/**
 * The requests that failed so: the rows behind a group of `errorGroups`, made of the same failures, the latest 2,000 of
 * the span.
 */
export async function listFailedRequests(
  database: Database,
  query: FailedRequestsQuery,
): Promise<FailedRequests> {
  const { rows } = await readBounded<
    FailedRequest & { total: number; totalOpen: number; totalFailures: number }
  >(
    database,
    `WITH RECURSIVE ${EACH_TENANT},
     failure AS MATERIALIZED (
       ${LATEST_FAILURES}
     ),
     failed_request AS (
       SELECT request.pagw_id, count(*) AS failures, max(failure.created_at) AS failed_at
       FROM failure
       JOIN request_tracker AS request ON request.pagw_id = failure.pagw_id
       WHERE (:stage::text IS NULL OR failure.stage = :stage)
         AND (:error_code::text IS NULL OR coalesce(failure.error_code, '${NONE_STATED}') = :error_code)
         AND (
           :target_system::text IS NULL
           OR coalesce(failure.target_system, request.target_system, '${NONE_STATED}') = :target_system
         )
         AND (NOT :open_only OR request.completed_at IS NULL)
       GROUP BY request.pagw_id
     )
     SELECT
       pagw_id, tenant, status::text AS status, coalesce(main_stage, last_stage) AS stage, last_event_at, completed_at,
       stuck_reason, failures, failed_at,
       count(*) OVER () AS total, count(*) FILTER (WHERE completed_at IS NULL) OVER () AS total_open,
       (sum(failures) OVER ())::bigint AS total_failures
     FROM failed_request
     JOIN request_tracker USING (pagw_id)
     ORDER BY failed_at DESC, pagw_id
     LIMIT :limit`,
    {
      ...spanValues(query),
      stage: query.stage ?? null,
      error_code: query.errorCode ?? null,
      target_system: query.targetSystem ?? null,
      open_only: query.openOnly ?? false,
      max_failures: MAX_FAILURES + 1,
      limit: query.limit,
    },
  );
  const [first] = rows;
  return {
    requests: rows.map(({ total: _, totalOpen: __, totalFailures: ___, ...request }) => request),
    total: first?.total ?? 0,
    open: first?.totalOpen ?? 0,
    failures: first?.totalFailures ?? 0,
  };
}
