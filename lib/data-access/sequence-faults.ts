import type { Database } from './database.ts';

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

/** A request whose numbers do not run 1, 2, 3 … to its last one. */
export interface SequenceFault {
  pagwId: string;
  events: number;
  distinctNumbers: number;
  firstNumber: number | null;
  lastNumber: number | null;
  expectedLast: number;
}

export interface SequenceCheck {
  checked: number;
  faults: SequenceFault[];
  /** Where to go on; undefined when all requests have been looked at. */
  next: string | undefined;
}

const FAULTS_SHOWN = 20;

/** Looks at `limit` requests from `beforePagwId` downwards (ids begin with their date, so the latest come first). */
export async function findSequenceFaults(
  database: Database,
  limit: number,
  beforePagwId?: string,
): Promise<SequenceCheck> {
  const { rows } = await database.execute<{ checked: number; next: string | null; faults: SequenceFault[] }>(
    `WITH request AS MATERIALIZED (
       SELECT pagw_id, received_on, last_sequence_no
       FROM request_tracker
       WHERE :before::text IS NULL OR pagw_id < :before
       ORDER BY pagw_id DESC
       LIMIT :limit
     ), fault AS (
       SELECT
         request.pagw_id AS "pagwId", numbers.events, numbers.distinct_numbers AS "distinctNumbers",
         numbers.first_number AS "firstNumber", numbers.last_number AS "lastNumber",
         request.last_sequence_no AS "expectedLast"
       FROM request
       CROSS JOIN LATERAL (SELECT archived_through(request.pagw_id) AS number) AS archived
       CROSS JOIN LATERAL (
         SELECT
           count(*) AS events,
           count(DISTINCT sequence_no) AS distinct_numbers,
           min(sequence_no) AS first_number,
           max(sequence_no) AS last_number,
           count(*) FILTER (WHERE sequence_no > archived.number) AS unarchived
         FROM event_history AS event
         WHERE event.received_on = request.received_on AND event.pagw_id = request.pagw_id
       ) AS numbers
       -- What is archived may be here or not; what is not must be here, each number once.
       WHERE numbers.unarchived <> request.last_sequence_no - archived.number
         OR numbers.distinct_numbers <> numbers.events
         OR numbers.first_number < 1
         OR numbers.last_number > request.last_sequence_no
       ORDER BY request.pagw_id DESC
       LIMIT ${FAULTS_SHOWN}
     )
     SELECT
       (SELECT count(*) FROM request) AS checked,
       (SELECT min(pagw_id) FROM request) AS next,
       (SELECT coalesce(json_agg(fault), '[]') FROM fault) AS faults`,
    { before: beforePagwId ?? null, limit },
  );
  const row = rows[0] ?? { checked: 0, next: null, faults: [] };
  return {
    checked: row.checked,
    faults: row.faults,
    next: row.checked < limit || row.next === null ? undefined : row.next,
  };
}
