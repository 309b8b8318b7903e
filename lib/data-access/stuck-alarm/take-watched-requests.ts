import type { RequestFacts } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';

/** A request whose look is due. */
export interface WatchedRequest extends RequestFacts {
  pagwId: string;
  /** What a verdict on these facts is valid for: the request as of this event. */
  lastSequenceNo: number;
}

/**
 * A page of the requests whose look is due, in the order of their ids, with what the judgement needs of their latest
 * main-lane event. `after` is the id that the page before ended with.
 */
export async function takeWatchedRequests(
  database: Database,
  limit: number,
  now: Date,
  after = '',
): Promise<WatchedRequest[]> {
  const { rows } = await database.execute<WatchedRequest>(
    'SELECT * FROM take_watched_requests(:now::timestamptz, :after, :limit::int)',
    { now, after, limit },
  );
  return rows;
}
