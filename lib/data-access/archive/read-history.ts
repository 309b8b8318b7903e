import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../database.ts';
import type { RequestRow } from '../query/find-request.ts';
import { readTimeline, type TimelineEvent } from '../query/request-timeline.ts';
import { archiveContents } from './archive-contents.ts';
import { ArchiveDamagedError } from './archive-damaged-error.ts';
import { getArchiveObject } from './get-archive-object.ts';
import { type ArchivedPart, listArchivedParts } from './list-archived-parts.ts';
import { toTimelineEvents } from './to-timeline-events.ts';

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
  if (parts.length === 0) return yield* readTimeline(database, request);
  let through = 0;
  for await (const page of readTimeline(database, request)) {
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
