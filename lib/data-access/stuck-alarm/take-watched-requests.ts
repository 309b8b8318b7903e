import { handsOverTo } from '../../domain/request-effects.ts';
import type { RequestFacts } from '../../domain/request-state.ts';
import type { Database } from '../database.ts';
import { type BoundedRows, readBounded } from '../page.ts';

/** A request whose look is due. */
export interface WatchedRequest extends RequestFacts {
  pagwId: string;
  /** What a verdict on these facts is valid for: the request as of this event. */
  lastSequenceNo: number;
}

type Row = WatchedRequest & {
  /** The latest main-lane event was overtaken on its way: the facts are those of the next stage's event. */
  overtaken: boolean;
  isAsync: boolean;
};

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
  const { rows, cut } = await readBounded<Row>(
    database,
    'SELECT * FROM take_watched_requests(:now::timestamptz, :after, :limit::int)',
    { now, after, limit },
  );
  const requests = rows.map(({ overtaken, isAsync, ...request }) =>
    overtaken ? { ...request, nextStage: nextStageOf(request, isAsync) } : request,
  );
  return { rows: requests, cut };
}

function nextStageOf({ mainStage, mainStatus }: WatchedRequest, isAsync: boolean): string | null {
  if (mainStage === null || mainStatus === null) return null;
  return handsOverTo({ stage: mainStage, status: mainStatus, metadata: { isAsync } });
}
