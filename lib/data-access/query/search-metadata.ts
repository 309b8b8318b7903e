import type { EventStatus } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { type Page, readBounded, readPosition, writePosition } from '../page.ts';
import { comparisonPath, containedObjects, type MetadataFilter } from './metadata-filter.ts';
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
  /** Null when it is larger than 4 KiB, so that a page holds many; the timeline has it. */
  metadata: Record<string, unknown> | null;
}

export interface MetadataSearch extends ReportSpan {
  now: Date;
  /** All must hold. */
  filters: readonly MetadataFilter[];
  stage?: string | undefined;
  eventType?: string | undefined;
  status?: EventStatus | undefined;
  /** Only events that state a duration. */
  timed?: boolean | undefined;
  /** At most 100. @default 50 */
  limit?: number | undefined;
  after?: string | undefined;
  /** How long to go on while finding little. @default 60 */
  patienceMs?: number | undefined;
}

export interface FoundEvents extends Page<FoundEvent> {
  /** Patience ended here, before the page was full; `next` goes on from it. Null when all was searched or the page is full. */
  searchedBackTo: Date | null;
}

/** The last row has no id and says how far back was searched; null: as far as asked. */
type Row = FoundEvent & { id: number | null; recordedAt: string | null };

const LIST = 'events';
const PATIENCE_MS = 60;

/**
 * Events by their metadata, latest first. Equality is containment, which the GIN index serves (`->>` is not);
 * comparisons never abort on what is no number. Answers within bounded time: a page may be short, even empty, and yet
 * have a next one.
 * @throws PagePositionError
 */
export async function searchMetadata(database: Database, search: MetadataSearch): Promise<FoundEvents> {
  const limit = Math.min(search.limit ?? 50, 100);
  const after = readPosition(LIST, search.after, 'number');
  const contained = containedObjects(search.filters);
  const { rows: found, cut } = await readBounded<Row>(
    database,
    `SELECT
       id, pagw_id, tenant, sequence_no, stage, event_type, status, duration_ms, created_at,
       CASE WHEN octet_length(metadata::text) <= 4096 THEN metadata END AS metadata, recorded_at
     FROM search_events(
       :now::timestamptz, :tenant::text, :since::timestamptz, :until::timestamptz, :stage, :event_type,
       :status::pagw_event_status, :timed, :contained::jsonb[], :compared::jsonpath, :after_at::timestamptz, :after_id::bigint, :limit::int,
       :patience_ms * interval '1 millisecond'
     )`,
    {
      ...spanValues(search),
      now: search.now,
      stage: search.stage ?? null,
      event_type: search.eventType ?? null,
      status: search.status ?? null,
      timed: search.timed ?? false,
      contained:
        contained === null ? null : toArrayLiteral(contained.map((object) => JSON.stringify(object))),
      compared: comparisonPath(search.filters),
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
      limit: limit + 1,
      patience_ms: search.patienceMs ?? PATIENCE_MS,
    },
  );
  const reached = cut ? undefined : found.pop();
  const rows = found.slice(0, limit);
  const end = cut || found.length > limit ? rows.at(-1) : reached;
  return {
    rows: rows.map(({ id: _, recordedAt: __, ...event }) => event),
    next: end?.recordedAt ? writePosition(LIST, { at: end.recordedAt, id: end.id ?? 0 }) : null,
    searchedBackTo: end === reached ? (reached?.createdAt ?? null) : null,
  };
}

/** The Data API has no array parameters; PostgreSQL reads an array from text. */
function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}
