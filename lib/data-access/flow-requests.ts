import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { type FlowQuery, LIVE_MAX_EVENTS } from './flow.ts';
import { readBounded } from './page.ts';
import { spanValues } from './report-span.ts';
import type { ListedRequest } from './requests.ts';

/** Requests behind a number of the flow. */
export interface FlowRows {
  /** Requests that made this hand-over. */
  handOver?: readonly [from: string, to: string] | undefined;
  /** Requests that took the path of this `pathKey`. */
  path?: string | undefined;
  /** Requests that were answered, or decided. */
  reached?: 'answer' | 'decision' | undefined;
}

/** Names a path in an address, however long it is. */
export function pathKey(path: readonly string[]): string {
  return createHash('md5').update(path.join('>')).digest('hex');
}

/** The requests of the span that moved so, those with the latest events first; up to `limit`. */
export async function listFlowRequests(
  database: Database,
  query: FlowQuery,
  { handOver, path, reached }: FlowRows,
  limit: number,
): Promise<Pick<ListedRequest, ListedInFlow>[]> {
  const { rows } = await readBounded<Pick<ListedRequest, ListedInFlow>>(
    database,
    `SELECT
       request.pagw_id, request.tenant, request.status::text AS status, coalesce(main_stage, last_stage) AS stage,
       last_event_at, completed_at, stuck_reason
     FROM flows_between(:tenant::text, :since::timestamptz, :until::timestamptz, :live_most::bigint) AS flow
     JOIN request_tracker AS request ON request.pagw_id = flow.pagw_id
     WHERE flow.lanes = :lanes
       AND (:request_type::text IS NULL OR flow.request_type = :request_type)
       AND (:priority::text IS NULL OR flow.priority = :priority)
       AND (:path::text IS NULL OR md5(array_to_string(flow.stages[:100], '>')) = :path)
       AND (:reached::text IS NULL OR CASE :reached WHEN 'answer' THEN answer_ms ELSE decision_ms END IS NOT NULL)
       AND (
         :hand_over_from::text IS NULL
         OR (
           flow.stages @> ARRAY[:hand_over_from::text, :hand_over_to::text] COLLATE "C"
           AND EXISTS (
             SELECT
             FROM unnest(flow.stages, flow.stages[2:]) AS hand_over (from_stage, to_stage)
             WHERE from_stage = :hand_over_from AND to_stage = :hand_over_to
           )
         )
       )
     ORDER BY flow.seen_at DESC, flow.pagw_id
     LIMIT :limit`,
    {
      ...spanValues(query),
      lanes: query.lanes ?? 'main',
      request_type: query.requestType ?? null,
      priority: query.priority ?? null,
      path: path ?? null,
      reached: reached ?? null,
      hand_over_from: handOver?.[0] ?? null,
      hand_over_to: handOver?.[1] ?? null,
      live_most: LIVE_MAX_EVENTS,
      limit,
    },
  );
  return rows;
}

type ListedInFlow = 'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason';
