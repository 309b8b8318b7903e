import type { Database } from '../../lib/data-access/database.ts';

/** Counts the events of event_tracker. @throws Error when a request's numbers are not 1, 2, 3 … */
export async function countGapless(database: Database): Promise<number> {
  const { rows } = await database.execute<{ events: number; broken: number }>(
    `SELECT coalesce(sum(events), 0)::int8 AS events, count(*) FILTER (WHERE last <> events OR first <> 1) AS broken
     FROM (
       SELECT count(*) AS events, max(sequence_no) AS last, min(sequence_no) AS first
       FROM event_tracker
       GROUP BY pagw_id
     ) AS request`,
  );
  const { events, broken } = rows[0] ?? { events: 0, broken: 0 };
  if (broken > 0) throw new Error(`${broken} requests have gaps or doubles in their numbers.`);
  return events;
}
