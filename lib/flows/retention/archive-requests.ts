import type { MaintainOptions } from '../../data-access/maintain.ts';
import {
  type ArchivePiece,
  findArchivePiece,
  listArchivableMonths,
  quietSince,
} from '../../data-access/retention.ts';
import { isLocalFault } from './archive-object.ts';
import { type ArchiveBucket, archivePiece } from './archive-piece.ts';

/** About thirty events each. */
const PIECE_REQUESTS = 1_000;

export type ArchiveRun = Record<'requestsArchived' | 'eventsArchived' | 'archiveBytes', number>;

/**
 * Archives the requests of months that ended `afterDays` ago, each once it has been closed and quiet for as long: piece
 * by piece, verified. What is left waits for the next run; so does a piece that cannot be archived, after which the others
 * still are.
 * @throws the error of the first piece that cannot be archived, at the end
 */
export async function archiveRequests(
  { database, now, mayGoOn }: MaintainOptions,
  archive: ArchiveBucket,
  afterDays: number,
): Promise<ArchiveRun> {
  const run: ArchiveRun = { requestsArchived: 0, eventsArchived: 0, archiveBytes: 0 };
  const since = await quietSince(database, now, afterDays);
  if (since === undefined) return run;
  let fault: Error | undefined;
  for (const month of await listArchivableMonths(database, since)) {
    let after: ArchivePiece | undefined;
    while (mayGoOn()) {
      const piece = await findArchivePiece(database, {
        month,
        quietSince: since,
        most: PIECE_REQUESTS,
        after,
      });
      if (piece === undefined) break;
      try {
        const done = await archivePiece(database, archive, piece, now);
        run.requestsArchived += done.archived;
        run.eventsArchived += done.events;
        run.archiveBytes += done.bytes;
        // What was archived is not found again; what was outpaced is passed over until the next run.
        after = done.taken;
      } catch (error) {
        if (!isLocalFault(error)) throw error;
        fault ??= error;
        after = piece;
      }
    }
  }
  if (fault !== undefined) throw fault;
  return run;
}
