import type { MaintainOptions } from '../../data-access/maintain.ts';
import {
  type ArchiveBatch,
  findArchiveBatch,
  listArchivableMonths,
  quietSince,
} from '../../data-access/retention.ts';
import { type ArchiveBucket, archiveBatch } from './archive-batch.ts';
import { isLocalFault } from './archive-object.ts';

/** About thirty events each. */
const BATCH_REQUESTS = 1_000;

export type ArchiveRun = Record<'requestsArchived' | 'eventsArchived' | 'archiveBytes', number>;

/**
 * Archives the requests of months that ended `afterDays` ago, each once it has been closed and quiet for as long: batch
 * by batch, verified. What is left waits for the next run; so does a batch that cannot be archived, after which the others
 * still are.
 * @throws the error of the first batch that cannot be archived, at the end
 */
export async function archiveRequests(
  { database, now, mayGoOn }: MaintainOptions,
  archive: ArchiveBucket,
  afterDays: number,
): Promise<ArchiveRun> {
  const run: ArchiveRun = { requestsArchived: 0, eventsArchived: 0, archiveBytes: 0 };
  const since = quietSince(now, afterDays);
  let fault: Error | undefined;
  for (const month of await listArchivableMonths(database, since)) {
    let after: ArchiveBatch | undefined;
    while (mayGoOn()) {
      const batch = await findArchiveBatch(database, {
        month,
        quietSince: since,
        most: BATCH_REQUESTS,
        after,
      });
      if (batch === undefined) break;
      try {
        const done = await archiveBatch(database, archive, batch, now);
        run.requestsArchived += done.archived;
        run.eventsArchived += done.events;
        run.archiveBytes += done.bytes;
        // What was archived is not found again; what was outpaced is passed over until the next run.
        after = done.taken;
      } catch (error) {
        if (!isLocalFault(error)) throw error;
        fault ??= error;
        after = batch;
      }
    }
  }
  if (fault !== undefined) throw fault;
  return run;
}
