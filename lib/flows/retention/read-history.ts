import type { S3Client } from '@aws-sdk/client-s3';
import {
  type ArchivedColumn,
  type ArchivedEvent,
  type ArchivedPart,
  archiveContents,
  archivedValue,
  listArchivedParts,
} from '../../data-access/archive.ts';
import type { Database } from '../../data-access/database.ts';
import { type RequestRow, readTimeline, type TimelineEvent } from '../../data-access/timeline.ts';
import { ArchiveDamagedError, getArchiveObject } from './archive-object.ts';

/**
 * The events of a request in order, page by page: from the archive what is not in the database any more, from the
 * database the rest.
 * @param pages of the database, where they have begun to be read with the request
 * @throws ArchiveDamagedError when the archive does not hold what it should
 */
export async function* readHistory(
  database: Database,
  s3: S3Client,
  request: Pick<RequestRow, 'pagwId' | 'lastSequenceNo' | 'retiredAt'>,
  pages = readTimeline(database, request),
): AsyncGenerator<TimelineEvent[]> {
  const parts = request.retiredAt === null ? [] : await listArchivedParts(database, request.pagwId);
  if (parts.length === 0) return yield* pages;
  let through = 0;
  for await (const page of pages) {
    // Without its beginning it is what came after the archive, and comes after it here.
    if (page[0]?.sequenceNo !== through + 1) break;
    yield page;
    through = page.at(-1)?.sequenceNo ?? through;
  }
  // All of it when the month is dropped, the rest when that happens between two pages, else nothing.
  for (const part of parts) {
    if (part.lastSequenceNo <= through) continue;
    yield (await readPart(s3, part)).filter(({ sequenceNo }) => sequenceNo > through);
    through = part.lastSequenceNo;
  }
  yield* readTimeline(database, request, through);
}

async function readPart(s3: S3Client, part: ArchivedPart): Promise<TimelineEvent[]> {
  const events = await getArchiveObject(s3, part, part.pagwId);
  if (archiveContents(events)[0]?.digest !== part.digest)
    throw new ArchiveDamagedError(`${part.key} does not hold what was archived of ${part.pagwId}.`);
  return toTimelineEvents(events);
}

/** Archived rows of one request as its timeline shows them, in order: a merged START is an event again, as in event_history. */
function toTimelineEvents(rows: readonly ArchivedEvent[]): TimelineEvent[] {
  return rows
    .flatMap((row) => {
      const result = resultOf(row);
      return archivedValue(row, 'start_event_id') === null ? [result] : [startOf(row, result), result];
    })
    .sort((one, other) => one.sequenceNo - other.sequenceNo);
}

function resultOf(row: ArchivedEvent): TimelineEvent {
  const text = (column: ArchivedColumn) => archivedValue(row, column) as string | null;
  const instant = (column: ArchivedColumn) => instantOf(text(column));
  const metadata = text('metadata');
  const stated = text('stated');
  return {
    sequenceNo: Number(text('sequence_no')),
    eventId: String(text('event_id')),
    stage: String(text('stage')),
    eventType: String(text('event_type')),
    status: String(text('status')),
    attempt: Number(archivedValue(row, 'attempt')),
    retryable: archivedValue(row, 'retryable') === true,
    nextRetryAt: instant('next_retry_at'),
    retryExhaustedAt: instant('retry_exhausted_at'),
    durationMs: archivedValue(row, 'duration_ms') as number | null,
    externalReference: text('external_reference'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    workerId: text('worker_id'),
    serviceName: text('service_name'),
    sender: text('sender'),
    startedAt: instant('started_at'),
    completedAt: instant('completed_at'),
    occurredAt: instant('occurred_at') ?? new Date(Number.NaN),
    disbelieved: stated !== null && JSON.parse(stated)?.disbelieved === true,
    createdAt: instant('created_at') ?? new Date(Number.NaN),
    metadata: metadata === null ? null : JSON.parse(metadata),
  };
}

function startOf(row: ArchivedEvent, result: TimelineEvent): TimelineEvent {
  const text = (column: ArchivedColumn) => archivedValue(row, column) as string | null;
  const startedAt = instantOf(text('start_occurred_at')) ?? result.occurredAt;
  return {
    ...result,
    sequenceNo: Number(text('start_sequence_no')),
    eventId: String(text('start_event_id')),
    eventType: `${result.eventType.replace(/_(OK|COMPLETE)$/, '')}_START`,
    status: 'STARTED',
    nextRetryAt: null,
    retryExhaustedAt: null,
    durationMs: null,
    externalReference: null,
    errorCode: null,
    errorMessage: null,
    startedAt,
    completedAt: null,
    occurredAt: startedAt,
    disbelieved: false,
    createdAt: instantOf(text('start_created_at')) ?? result.createdAt,
    metadata: null,
  };
}

/** Dates hold milliseconds; the database's own timeline is cut there too. */
function instantOf(microseconds: string | null): Date | null {
  return microseconds === null ? null : new Date(Number(BigInt(microseconds) / 1_000n));
}
