import type { EventStatus } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

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
export async function eventDistribution(database: Database, span: ReportSpan): Promise<EventTypeCount[]> {
  const { rows } = await readBounded<EventTypeCount>(
    database,
    `SELECT
       event_type,
       status,
       sum(event_count)::bigint AS event_count,
       (sum(duration_sum_ms) / nullif(sum(duration_count), 0))::float8 AS avg_duration_ms,
       max(duration_max_ms) AS max_duration_ms
     FROM summary_between(:tenant::text, :since::timestamptz, :until::timestamptz)
     GROUP BY event_type, status
     ORDER BY event_count DESC, event_type, status
     LIMIT :limit`,
    { ...spanValues(span), limit: MAX_ROWS },
  );
  return rows;
}
