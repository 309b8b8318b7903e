import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../../data-access/database.ts';
import {
  type EventLogFilter,
  type LoggedEvent,
  type LoggedRequest,
  listLoggedRequests,
  readLoggedEvents,
} from '../../data-access/event-log.ts';
import { readHistory } from '../retention/read-history.ts';

/** Events of one request, in their order; a long history comes in several batches, one after the other. */
export interface LogBatch {
  request: LoggedRequest;
  events: readonly LoggedEvent[];
}

/** Their histories are asked for together. */
const PAGE_REQUESTS = 50;

/**
 * Every event of the requests, request by request, oldest first, from the database and from the archive.
 * @throws ArchiveDamagedError when the archive does not hold what it should
 */
export async function* readEventLog(
  database: Database,
  s3: S3Client,
  filter: EventLogFilter,
): AsyncGenerator<LogBatch> {
  let position: string | undefined;
  do {
    const page = await listLoggedRequests(database, filter, PAGE_REQUESTS, position);
    let together: LoggedRequest[] = [];
    for (const request of page.rows) {
      if (!request.isArchived) {
        together.push(request);
        continue;
      }
      yield* readLoggedEvents(database, together);
      together = [];
      for await (const events of readHistory(database, s3, request)) yield { request, events };
    }
    yield* readLoggedEvents(database, together);
    position = page.next ?? undefined;
  } while (position !== undefined);
}
