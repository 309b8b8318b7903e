import type { EventStatus } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { comparisonPath, containedObjects, type MetadataFilter } from './metadata-filter.ts';
import { type ReportPage, readPosition, toPage } from './report-page.ts';
import { type ReportSpan, spanValues } from './report-span.ts';

export interface FoundEvent {
  pagwId: string;
  tenant: string;
  sequenceNo: number;
  stage: string;
  eventType: string;
  status: EventStatus;
  durationMs: number | null;
  createdAt: Date;
  /** Null when it is larger than 4 KiB, so that every page fits in an answer; the timeline has it. */
  metadata: Record<string, unknown> | null;
}

export interface MetadataSearch extends ReportSpan {
  /** All must hold. */
  filters: readonly MetadataFilter[];
  eventType?: string | undefined;
  status?: EventStatus | undefined;
  /** At most 200. */
  limit?: number | undefined;
  after?: string | undefined;
}

type Row = FoundEvent & { id: number; recordedAt: string };

/**
 * Events by their metadata, latest first. Equality is containment, which the GIN index serves (`->>` is not);
 * comparisons never abort on what is no number.
 * @throws PagePositionError
 */
export async function searchMetadata(
  database: Database,
  search: MetadataSearch,
): Promise<ReportPage<FoundEvent>> {
  const limit = Math.min(search.limit ?? 50, 200);
  const after = readPosition(search.after);
  const contained = containedObjects(search.filters);
  const { rows } = await database.execute<Row>(
    `SELECT
       pagw_id, tenant, sequence_no, stage, event_type, status, duration_ms, created_at,
       CASE WHEN octet_length(metadata::text) <= 4096 THEN metadata END AS metadata,
       id, created_at::text AS recorded_at
     FROM event_tracker
     WHERE tenant = :tenant
       AND created_at >= :since::timestamptz
       AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
       AND (:event_type::text IS NULL OR event_type = :event_type)
       AND (:status::text IS NULL OR status = :status::pagw_event_status)
       AND (:contained::jsonb[] IS NULL OR metadata @> ANY (:contained::jsonb[]))
       AND (:compared::jsonpath IS NULL OR jsonb_path_exists(metadata, :compared::jsonpath, '{}', true))
       AND (:after_at::timestamptz IS NULL OR (created_at, id) < (:after_at::timestamptz, :after_id::bigint))
     ORDER BY created_at DESC, id DESC
     LIMIT :limit`,
    {
      ...spanValues(search),
      event_type: search.eventType ?? null,
      status: search.status ?? null,
      contained:
        contained === null ? null : toArrayLiteral(contained.map((object) => JSON.stringify(object))),
      compared: comparisonPath(search.filters),
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
      limit: limit + 1,
    },
  );
  const { rows: page, next } = toPage(rows, limit, ({ recordedAt, id }) => ({
    at: recordedAt,
    id: String(id),
  }));
  return { rows: page.map(({ id: _, recordedAt: __, ...event }) => event), next };
}

/** The Data API has no array parameters; PostgreSQL reads an array from text. */
function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}
