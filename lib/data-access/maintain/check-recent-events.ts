import type { MaintainOptions } from './maintain-task.ts';

export type EventCheck = Record<'duplicateSequences' | 'metadataBytes' | 'metadataMeanBytes', number>;

/** Twice the pause between two runs, so that none slips through. */
const CHECKED_HOURS = 2;
const HOUR_MS = 3_600_000;

/**
 * Looks at what was recorded lately: numbers given twice within the histories of its requests (the database refuses
 * them, so anything but 0 means that a constraint is gone), and the size of metadata as JSON text.
 */
export async function checkRecentEvents({ database, now }: MaintainOptions): Promise<EventCheck> {
  const { rows } = await database.execute<EventCheck>(
    `WITH recent AS MATERIALIZED (
       SELECT pagw_id, octet_length(metadata::text) AS bytes
       FROM event_tracker
       WHERE created_at >= :since::timestamptz
     ),
     number_given_twice AS (
       SELECT FROM event_tracker
       WHERE pagw_id IN (SELECT pagw_id FROM recent)
       GROUP BY pagw_id, sequence_no
       HAVING count(*) > 1
     )
     SELECT
       (SELECT count(*) FROM number_given_twice) AS duplicate_sequences,
       coalesce(max(bytes), 0) AS metadata_bytes,
       coalesce(avg(bytes), 0)::float8 AS metadata_mean_bytes
     FROM recent`,
    { since: new Date(now.getTime() - CHECKED_HOURS * HOUR_MS) },
  );
  return rows[0] ?? { duplicateSequences: 0, metadataBytes: 0, metadataMeanBytes: 0 };
}
