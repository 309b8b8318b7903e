import type { Database } from '../database.ts';

export interface DoubledNumber {
  pagwId: string;
  sequenceNo: number;
  events: number;
}

/** Numbers that two events share, among the `latest` requests (by descending id) or, if null, all of them. */
export async function findDoubledNumbers(
  database: Database,
  latest: number | null,
): Promise<{ checked: number; doubled: DoubledNumber[] }> {
  const { rows } = await database.execute<{ checked: number; doubled: DoubledNumber[] }>(
    `WITH request AS MATERIALIZED (
       SELECT pagw_id, received_on FROM request_tracker ORDER BY pagw_id DESC LIMIT :latest::bigint
     ), doubled AS (
       SELECT event.pagw_id AS "pagwId", event.sequence_no AS "sequenceNo", count(*) AS events
       FROM request
       JOIN event_history AS event ON event.pagw_id = request.pagw_id AND event.received_on = request.received_on
       GROUP BY event.pagw_id, event.sequence_no
       HAVING count(*) > 1
       ORDER BY event.pagw_id DESC, event.sequence_no
       LIMIT 20
     )
     SELECT
       (SELECT count(*) FROM request) AS checked,
       (SELECT coalesce(json_agg(doubled), '[]') FROM doubled) AS doubled`,
    { latest },
  );
  return rows[0] ?? { checked: 0, doubled: [] };
}
