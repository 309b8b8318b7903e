import type { Database, SqlValues } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';
import { EACH_TENANT } from './each-tenant.ts';

export interface RequestFilter {
  tenant?: string | undefined;
  /** A pagw_request_status. */
  status?: string | undefined;
  /** Where the main lane stands. */
  stage?: string | undefined;
  openOnly?: boolean | undefined;
  /** Of when the tracker first heard of the request; `until` is not included. */
  since?: Date | undefined;
  until?: Date | undefined;
}

export interface ListedRequest {
  pagwId: string;
  tenant: string;
  requestType: string | null;
  priority: string | null;
  status: string;
  /** Of the latest event in the main lane; before there is one, of the latest event. */
  stage: string | null;
  eventType: string | null;
  eventStatus: string | null;
  attempt: number | null;
  events: number;
  failures: number;
  errorCode: string | null;
  stuckReason: string | null;
  receivedAt: Date;
  lastEventAt: Date | null;
  completedAt: Date | null;
  createdAt: Date;
}

const LIST = 'requests';
export const REQUESTS_PER_PAGE = 500;

const MATCHES = `(:status::text IS NULL OR status = :status::text::pagw_request_status)
      AND (:stage::text IS NULL OR coalesce(main_stage, last_stage) = :stage)
      AND (NOT :open_only OR completed_at IS NULL)
      AND created_at >= :since::timestamptz
      AND created_at < :until::timestamptz`;

/** One page of requests, newest first. @throws PagePositionError */
export async function listRequests(
  database: Database,
  filter: RequestFilter,
  limit: number,
  position?: string,
): Promise<Page<ListedRequest>> {
  const after = readPosition(LIST, position, 'text');
  return readPage(database, {
    list: LIST,
    limit,
    sql: `WITH RECURSIVE ${EACH_TENANT}
     SELECT
       pagw_id, page.tenant, request_type, priority, status::text AS status, coalesce(main_stage, last_stage) AS stage,
       main_event_type AS event_type, main_status::text AS event_status, main_attempt AS attempt,
       last_sequence_no AS events, failure_count AS failures, last_error_code AS error_code, stuck_reason,
       received_at, last_event_at, completed_at, created_at, created_at::text AS page_at,
       pagw_id AS page_id
     FROM each_tenant
     CROSS JOIN LATERAL (
       SELECT *
       FROM request_tracker
       WHERE request_tracker.tenant = each_tenant.tenant
         AND ${MATCHES}
         AND created_at <= :after_at::timestamptz
         AND (created_at, pagw_id) < (:after_at::timestamptz, :after_id)
       ORDER BY created_at DESC, pagw_id DESC
       LIMIT :limit
     ) AS page
     ORDER BY created_at DESC, pagw_id DESC
     LIMIT :limit`,
    values: {
      ...filterValues(filter),
      after_at: after?.at ?? 'infinity',
      after_id: after?.id ?? '',
    },
  });
}

/** How many requests match, counted up to `most`: an index answers it without reading the requests. */
export async function countRequests(
  database: Database,
  filter: Pick<RequestFilter, 'tenant' | 'since' | 'until'>,
  most: number,
): Promise<number> {
  const { rows } = await database.execute<{ count: number }>(
    `WITH RECURSIVE ${EACH_TENANT}
     SELECT count(*) AS count
     FROM (
       SELECT
       FROM each_tenant
       JOIN request_tracker ON request_tracker.tenant = each_tenant.tenant
       WHERE created_at >= :since::timestamptz AND created_at < :until::timestamptz
       LIMIT :most
     ) AS counted`,
    {
      tenant: filter.tenant ?? null,
      since: filter.since ?? '-infinity',
      until: filter.until ?? 'infinity',
      most,
    },
  );
  return rows[0]?.count ?? 0;
}

function filterValues(filter: RequestFilter): SqlValues {
  return {
    tenant: filter.tenant ?? null,
    status: filter.status ?? null,
    stage: filter.stage ?? null,
    open_only: filter.openOnly ?? false,
    since: filter.since ?? '-infinity',
    until: filter.until ?? 'infinity',
  };
}
