import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';
import type { ListedRequest } from './list-requests.ts';

/** Fewer characters of an id would match half of what there is. */
const SHORTEST_PREFIX = 4;

/**
 * Requests that a word names: by id or how it begins, by external reference, or by correlation id; latest first.
 * Each of the four ways costs its matches, given the indexes on both references.
 */
export async function searchRequests(
  database: Database,
  word: string,
  { tenant, limit }: { tenant: string | undefined; limit: number },
): Promise<ListedRequest[]> {
  const { rows } = await readBounded<ListedRequest>(
    database,
    `WITH named AS (
       (
         SELECT pagw_id FROM request_tracker
         WHERE pagw_id >= :word AND pagw_id < :word_end AND (:tenant::text IS NULL OR tenant = :tenant)
         ORDER BY pagw_id
         LIMIT :limit
       )
       UNION
       (
         SELECT pagw_id FROM request_tracker
         WHERE external_reference_id = :word AND (:tenant::text IS NULL OR tenant = :tenant)
         LIMIT :limit
       )
       UNION
       (
         SELECT pagw_id FROM request_tracker
         WHERE correlation_id = :word AND (:tenant::text IS NULL OR tenant = :tenant)
         LIMIT :limit
       )
     )
     SELECT
       pagw_id, tenant, request_type, priority, status::text AS status, coalesce(main_stage, last_stage) AS stage,
       main_event_type AS event_type, main_status::text AS event_status, main_attempt AS attempt,
       last_sequence_no AS events, failure_count AS failures, last_error_code AS error_code, stuck_reason,
       received_at, last_event_at, completed_at, created_at
     FROM named
     JOIN request_tracker USING (pagw_id)
     ORDER BY created_at DESC, pagw_id DESC
     LIMIT :limit`,
    { word, word_end: prefixEnd(word), tenant: tenant ?? null, limit },
  );
  return rows;
}

/** Ids are compared byte by byte: everything that begins with the word sorts before this. A short word names itself only. */
function prefixEnd(word: string): string {
  return word.length < SHORTEST_PREFIX ? `${word}\u0001` : `${word}\u{10ffff}`;
}
