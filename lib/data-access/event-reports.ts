import type { EventStatus } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import { countLeft, type FirstRows, type ReportSpan, readBounded, readFirst, spanValues } from './page.ts';

export interface EventCountQuery extends ReportSpan {
  stage?: string | undefined;
  eventType?: string | undefined;
  status?: EventStatus | undefined;
  /** Only events that state a duration. */
  timed?: boolean | undefined;
}

/** How many events there are of a stage, type and status; from the hourly summary. */
export async function countEvents(database: Database, query: EventCountQuery): Promise<number> {
  const { rows } = await database.execute<{ events: number }>(
    `SELECT coalesce(sum(CASE WHEN :timed THEN duration_count ELSE event_count END), 0)::bigint AS events
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
     WHERE (:stage::text IS NULL OR stage = :stage)
       AND (:event_type::text IS NULL OR event_type = :event_type)
       AND (:status::text IS NULL OR status = :status::text::pagw_event_status)`,
    {
      ...spanValues(query),
      stage: query.stage ?? null,
      event_type: query.eventType ?? null,
      status: query.status ?? null,
      timed: query.timed ?? false,
    },
  );
  return rows[0]?.events ?? 0;
}

export interface LongEventsQuery extends ReportSpan {
  stage?: string | undefined;
  eventType?: string | undefined;
  leastMs: number;
}

/**
 * The part of a span from the first to the last hour in which a completed event took so long; null when none did. By the
 * hourly summary, so that the one event that took longest is found without reading the span.
 */
export async function hoursOfLongEvents(
  database: Database,
  query: LongEventsQuery,
): Promise<{ since: Date; until: Date } | null> {
  const { rows } = await database.execute<{ since: Date | null; until: Date | null }>(
    `SELECT
       greatest(min(hour), :since::timestamptz) AS since,
       least(max(hour) + interval '1 hour', :until::timestamptz) AS until
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_day => false)
     WHERE (:stage::text IS NULL OR stage = :stage)
       AND (:event_type::text IS NULL OR event_type = :event_type)
       AND status = 'COMPLETED'
       AND duration_max_ms >= :least_ms::bigint
     HAVING count(*) > 0`,
    {
      ...spanValues(query),
      stage: query.stage ?? null,
      event_type: query.eventType ?? null,
      least_ms: query.leastMs,
    },
  );
  const [{ since, until } = { since: null, until: null }] = rows;
  return since === null || until === null ? null : { since, until };
}

export interface TenantEvents {
  tenant: string;
  events: number;
  failures: number;
}

/** More than a person reads. */
const MAX_TENANTS = 1_000;

/** How many events each tenant has, and how many of them are failures, most first; from the hourly summary. */
export async function countEventsByTenant(
  database: Database,
  span: Omit<ReportSpan, 'tenant'>,
): Promise<FirstRows<TenantEvents>> {
  return readFirst<TenantEvents>(
    database,
    `SELECT
       tenant, sum(event_count)::bigint AS events,
       coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0)::bigint AS failures
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_tenant => true)
     GROUP BY tenant
     ORDER BY events DESC, tenant`,
    spanValues({ tenant: null, ...span }),
    MAX_TENANTS,
  );
}

export interface EventTypeCount {
  eventType: string;
  status: EventStatus;
  eventCount: number;
  /** Over the events that state a duration; null when none does. */
  avgDurationMs: number | null;
  maxDurationMs: number | null;
}

/** More types than there are; a producer that makes up names must not break the report. */
const MAX_ROWS = 1_000;

/** How many events of each type and status were recorded, most frequent first; from the hourly summary. */
export async function eventDistribution(
  database: Database,
  span: ReportSpan,
): Promise<FirstRows<EventTypeCount>> {
  return readFirst<EventTypeCount>(
    database,
    `SELECT
       event_type,
       status,
       sum(event_count)::bigint AS event_count,
       (sum(duration_sum_ms) / nullif(sum(duration_count), 0))::float8 AS avg_duration_ms,
       max(duration_max_ms) AS max_duration_ms
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
     GROUP BY event_type, status
     ORDER BY event_count DESC, event_type, status`,
    spanValues(span),
    MAX_ROWS,
  );
}

export interface StagePerformance {
  stage: string;
  eventType: string;
  /** Completed events that state a duration. */
  occurrences: number;
  avgMs: number;
  maxMs: number;
  /** Within 3 % of the exact one: it is read from a histogram. */
  p95Ms: number;
}

/** More than a person reads. */
const MAX_SLOWEST = 1_000;

/** The stages whose completed events took longest on average; from the hourly summary. */
export async function slowestStages(
  database: Database,
  span: ReportSpan,
  limit = 20,
): Promise<FirstRows<StagePerformance>> {
  const { rows } = await readBounded<StagePerformance & { allRows: number }>(
    database,
    `WITH completed AS MATERIALIZED (
       SELECT *
       FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
       WHERE status = 'COMPLETED' AND duration_count > 0
     ),
     slowest AS (
       SELECT
         stage, event_type, sum(duration_count)::bigint AS occurrences,
         sum(duration_sum_ms) / sum(duration_count) AS avg_ms, max(duration_max_ms) AS max_ms,
         count(*) OVER () AS all_rows
       FROM completed
       GROUP BY stage, event_type
       ORDER BY avg_ms DESC, stage, event_type
       LIMIT :limit
     ),
     bucket AS (
       SELECT stage, event_type, unnest(duration_buckets) AS bucket, unnest(bucket_counts) AS events
       FROM slowest
       JOIN completed USING (stage, event_type)
     ),
     -- Kept apart, so that it is grouped by hash; else every bucket is sorted, which takes longer.
     bucket_total AS MATERIALIZED (
       SELECT stage, event_type, bucket, sum(events)::bigint AS events FROM bucket GROUP BY stage, event_type, bucket
     ),
     histogram AS (
       SELECT
         stage, event_type,
         array_agg(bucket ORDER BY bucket) AS buckets, array_agg(events ORDER BY bucket) AS counts
       FROM bucket_total
       GROUP BY stage, event_type
     )
     SELECT
       stage, event_type, occurrences, avg_ms::float8 AS avg_ms, max_ms,
       least(histogram_quantile(buckets, counts, occurrences, 0.95), max_ms) AS p95_ms, all_rows
     FROM slowest
     JOIN histogram USING (stage, event_type)
     ORDER BY slowest.avg_ms DESC, stage, event_type
     LIMIT :limit`,
    { ...spanValues(span), limit: Math.min(limit, MAX_SLOWEST) },
  );
  return countLeft(rows);
}
