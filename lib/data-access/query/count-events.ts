import type { EventStatus } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

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
): Promise<TenantEvents[]> {
  const { rows } = await readBounded<TenantEvents>(
    database,
    `SELECT
       tenant, sum(event_count)::bigint AS events,
       coalesce(sum(event_count) FILTER (WHERE status = 'FAILED'), 0)::bigint AS failures
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz, by_tenant => true)
     GROUP BY tenant
     ORDER BY events DESC, tenant
     LIMIT :limit`,
    { ...spanValues({ tenant: null, ...span }), limit: MAX_TENANTS },
  );
  return rows;
}
