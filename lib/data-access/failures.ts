import type { Database } from './database.ts';
import { countLeft, type ReportSpan, readBounded, spanValues } from './page.ts';
import { EACH_TENANT, type ListedRequest } from './requests.ts';

/** In a filter by error code or downstream: those of which none is known. */
export const NONE_STATED = '-';

/**
 * The failures of a span, the latest `:max_failures`, of each_tenant: each tenant's come by the index of its failures.
 * Its values are those of a ReportSpan.
 */
const LATEST_FAILURES = `SELECT failed.*
       FROM each_tenant
       CROSS JOIN LATERAL (
         SELECT id, pagw_id, stage, error_code, metadata ->> 'targetSystem' AS target_system, created_at
         FROM event_tracker
         WHERE event_tracker.tenant = each_tenant.tenant
           AND status = 'FAILED'
           AND created_at >= :since::timestamptz
           AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
         ORDER BY created_at DESC, id DESC
         LIMIT :max_failures
       ) AS failed
       ORDER BY created_at DESC, id DESC
       LIMIT :max_failures`;

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
  /** Groups that the answer had no room for. */
  left: number;
  /** Failures the groups were made from; when `truncated`, the latest of more, of which one is too many. */
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
  const { rows } = await readBounded<ErrorGroup & { failuresRead: number; allRows: number }>(
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
       (SELECT count(*) FROM failure) AS failures_read,
       count(*) OVER () AS all_rows
     FROM failed_request
     GROUP BY stage, error_code, target_system
     ORDER BY failures DESC, oldest_at, stage, error_code, target_system
     LIMIT :max_groups`,
    { ...spanValues(span), max_failures: maxFailures + 1, max_groups: MAX_GROUPS },
  );
  const failuresRead = rows[0]?.failuresRead ?? 0;
  const groups = countLeft<ErrorGroup>(rows.map(({ failuresRead: _, ...group }) => group));
  return { groups: groups.rows, left: groups.left, failuresRead, truncated: failuresRead > maxFailures };
}

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
