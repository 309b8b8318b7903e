import type { Database, SqlValues } from './database.ts';
import { type Page, readBounded, readPage, readPosition, readWhole } from './page.ts';

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
  return readPage<ListedRequest>(database, {
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

/** Fewer characters of an id would match half of what there is. */
const SHORTEST_PART = 4;

/**
 * Requests that a word names, in any case: by id, how it begins or how it ends, by external reference, or by correlation
 * id; one of exactly this id first, then the latest. Each way costs its matches, given an index on each.
 */
export async function searchRequests(
  database: Database,
  word: string,
  { tenant, limit }: { tenant: string | undefined; limit: number },
): Promise<ListedRequest[]> {
  const { rows } = await readBounded<ListedRequest>(
    database,
    `WITH spelling (word) AS (
       SELECT :word UNION SELECT upper(:word) UNION SELECT lower(:word)
     ),
     named AS (
       (
         SELECT beginning.pagw_id
         FROM spelling
         CROSS JOIN LATERAL (
           SELECT pagw_id FROM request_tracker
           WHERE pagw_id >= word COLLATE "C" AND pagw_id < (word || :word_end) COLLATE "C"
             AND (:tenant::text IS NULL OR tenant = :tenant)
           ORDER BY pagw_id
           LIMIT :limit
         ) AS beginning
       )
       UNION
       (
         SELECT pagw_id FROM request_tracker
         WHERE reverse(upper(pagw_id)) >= reverse(upper(:word)) COLLATE "C"
           AND reverse(upper(pagw_id)) < (reverse(upper(:word)) || :word_end) COLLATE "C"
           AND (:tenant::text IS NULL OR tenant = :tenant)
         ORDER BY reverse(upper(pagw_id))
         LIMIT :limit
       )
       UNION
       (
         SELECT pagw_id FROM request_tracker
         WHERE external_reference_id IN (:word, upper(:word), lower(:word))
           AND (:tenant::text IS NULL OR tenant = :tenant)
         LIMIT :limit
       )
       UNION
       (
         SELECT pagw_id FROM request_tracker
         WHERE correlation_id IN (:word, upper(:word), lower(:word))
           AND (:tenant::text IS NULL OR tenant = :tenant)
         LIMIT :limit
       )
     )
     SELECT
       pagw_id, tenant, request_type, priority, status::text AS status, coalesce(main_stage, last_stage) AS stage,
       main_event_type AS event_type, main_status::text AS event_status, main_attempt AS attempt,
       last_sequence_no AS events, failure_count AS failures, last_error_code AS error_code, stuck_reason,
       received_at, last_event_at, completed_at, created_at
     FROM named
     JOIN request_tracker USING (pagw_id)
     ORDER BY pagw_id = :word DESC, upper(pagw_id) = upper(:word) DESC, created_at DESC, pagw_id DESC
     LIMIT :limit`,
    { word, word_end: partEnd(word), tenant: tenant ?? null, limit },
  );
  return rows;
}

/** Ids are compared byte by byte: a part and this sorts after all that it begins. A short word names itself only. */
function partEnd(word: string): string {
  return word.length < SHORTEST_PART ? '\u0001' : '\u{10ffff}';
}

/** All tenants that have a request, in the order of their names; costs a look into the index for each. */
export async function listTenants(database: Database): Promise<string[]> {
  const tenants = await readWhole<{ tenant: string }>(
    (last) =>
      readBounded<{ tenant: string }>(
        database,
        `WITH RECURSIVE known AS (
           (SELECT tenant FROM request_tracker WHERE tenant > :after ORDER BY tenant LIMIT 1)
           UNION ALL
           SELECT (SELECT request.tenant FROM request_tracker AS request WHERE request.tenant > known.tenant ORDER BY request.tenant LIMIT 1)
           FROM known
           WHERE known.tenant IS NOT NULL
         )
         SELECT tenant FROM known WHERE tenant IS NOT NULL LIMIT :limit`,
        { after: last?.tenant ?? '', limit: PAGE_TENANTS },
      ),
    PAGE_TENANTS,
  );
  return tenants.map(({ tenant }) => tenant);
}

const PAGE_TENANTS = 1_000;

/**
 * For a WITH RECURSIVE: the tenant asked for or, where `:tenant` is null, every one, each found by one step into the
 * index. What is then asked of each costs its page, not its history.
 */
export const EACH_TENANT = `each_tenant (tenant) AS (
  (SELECT tenant FROM request_tracker WHERE :tenant::text IS NULL OR tenant = :tenant ORDER BY tenant LIMIT 1)
  UNION ALL
  SELECT (SELECT tenant FROM request_tracker AS later WHERE later.tenant > each_tenant.tenant ORDER BY tenant LIMIT 1)
  FROM each_tenant
  WHERE tenant IS NOT NULL AND :tenant::text IS NULL
)`;
