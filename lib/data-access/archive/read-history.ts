import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../database.ts';
import type { RequestRow } from '../query/find-request.ts';
import { readTimeline, type TimelineEvent } from '../query/request-timeline.ts';
import { archiveContents } from './archive-contents.ts';
import { getArchiveObject } from './get-archive-object.ts';
import { type ArchivedPart, listArchivedParts } from './list-archived-parts.ts';
import { toTimelineEvents } from './to-timeline-events.ts';

/** An archive object does not hold what was noted when it was verified. */
export class ArchiveDamagedError extends Error {
  override readonly name = 'ArchiveDamagedError';
}

/**
 * The events of a request in order, page by page: from the archive what is not in the database any more, from the
 * database the rest.
 * @throws ArchiveDamagedError when the archive does not hold what it should
 */
export async function* readHistory(
  database: Database,
  s3: S3Client,
  request: RequestRow,
): AsyncGenerator<TimelineEvent[]> {
  const parts = request.retiredAt === null ? [] : await listArchivedParts(database, request.pagwId);
  const last = parts.at(-1);
  if (last === undefined) return yield* readTimeline(database, request);
  const pages = readTimeline(database, request);
  const first = await pages.next();
  // Archived, and still here: its month waits for others.
  if (!first.done && first.value[0]?.sequenceNo === 1) {
    yield first.value;
    return yield* pages;
  }
  for (const part of parts) yield await readPart(s3, part);
  yield* readTimeline(database, request, last.lastSequenceNo);
}

async function readPart(s3: S3Client, part: ArchivedPart): Promise<TimelineEvent[]> {
  const events = await getArchiveObject(s3, part, part.pagwId);
  if (archiveContents(events)[0]?.digest !== part.digest)
    throw new ArchiveDamagedError(`${part.key} does not hold what was archived of ${part.pagwId}.`);
  return toTimelineEvents(events);
}
