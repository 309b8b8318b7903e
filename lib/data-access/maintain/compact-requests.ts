import type { Database } from '../database.ts';
import type { MaintainOptions } from './maintain-task.ts';
import { quietSince } from './quiet-since.ts';

/** At most; the database ends a piece at 30,000 events. */
const PIECE_REQUESTS = 1_000;

export type Compaction = Record<'requestsCompacted' | 'eventsMerged', number>;

/** Merges the START/OK pairs of requests that have been closed and quiet for `afterDays`. */
export async function compactRequests(
  { database, now, mayGoOn }: MaintainOptions,
  afterDays: number,
  pieceRequests = PIECE_REQUESTS,
): Promise<Compaction> {
  const run: Compaction = { requestsCompacted: 0, eventsMerged: 0 };
  const since = await quietSince(database, now, afterDays);
  while (since !== undefined && mayGoOn()) {
    const { requests, merged } = await compactPiece(database, since, now, pieceRequests);
    run.requestsCompacted += requests;
    run.eventsMerged += merged;
    // Not by a short piece: one with long histories is short, too.
    if (requests === 0) break;
  }
  return run;
}

async function compactPiece(database: Database, since: Date, now: Date, most: number) {
  const { rows } = await database.execute<{ requests: number; merged: number }>(
    'SELECT requests, merged FROM compact_requests(:since::timestamptz, :now::timestamptz, :most::int)',
    { since, now, most },
  );
  const [piece] = rows;
  if (piece === undefined) throw new Error('compact_requests answered no row; is the schema current?');
  return piece;
}
