import type { Database } from '../database.ts';

/** What a timeline holds, as the review's sample query reads it. */
export interface StoredEvent {
  sequenceNo: number;
  eventType: string;
  status: string;
  metadata: Record<string, unknown> | null;
}

/** The events of one request in their order; for requests known to be short. */
export async function readStoredEvents(database: Database, pagwId: string): Promise<StoredEvent[]> {
  const { rows } = await database.execute<StoredEvent>(
    `SELECT sequence_no, event_type, status::text AS status, metadata
     FROM event_tracker
     WHERE pagw_id = :pagw_id
     ORDER BY sequence_no
     LIMIT 100`,
    { pagw_id: pagwId },
  );
  return rows;
}

/** The numbers of a request's events whose metadata contains `part`; `@>` is what the GIN index serves. */
export async function findByContainment(
  database: Database,
  pagwId: string,
  part: Readonly<Record<string, unknown>>,
): Promise<number[]> {
  const { rows } = await database.execute<{ sequenceNo: number }>(
    `SELECT sequence_no
     FROM event_tracker
     WHERE pagw_id = :pagw_id AND metadata @> :part::jsonb
     ORDER BY sequence_no`,
    { pagw_id: pagwId, part: JSON.stringify(part) },
  );
  return rows.map(({ sequenceNo }) => sequenceNo);
}
