import type { RequestFacts } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';
import { type BoundedRows, readBounded } from '../page.ts';

/** A request whose look is due. */
export interface WatchedRequest extends RequestFacts {
  pagwId: string;
  /** What a verdict on these facts is valid for: the request as of this event. */
  lastSequenceNo: number;
}

/**
 * A page of the requests whose look is due, in the order of their ids, with what the judgement needs of their latest
 * main-lane event: up to `limit`, or as many as fit into an answer. `after` is the id that the page before ended with.
 */
export async function takeWatchedRequests(
  database: Database,
  limit: number,
  now: Date,
  after = '',
): Promise<BoundedRows<WatchedRequest>> {
  return await readBounded<WatchedRequest>(
    database,
    'SELECT * FROM take_watched_requests(:now::timestamptz, :after, :limit::int)',
    { now, after, limit },
  );
}
