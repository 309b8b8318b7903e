import type { Database } from '../database.ts';

export interface SampleRequest {
  pagwId: string;
  /** `YYYY-MM-DD` */
  receivedOn: string;
  lastSequenceNo: number;
}

/** Of this many requests, by descending id, the one with the most events. */
const CONSIDERED = 1_000;

/** A request to try a timeline with, one of the longest; undefined when no events are kept. */
export async function findSampleRequest(database: Database): Promise<SampleRequest | undefined> {
  const { rows } = await database.execute<SampleRequest>(
    `SELECT pagw_id, received_on, last_sequence_no
     FROM (
       SELECT pagw_id, received_on, last_sequence_no FROM request_tracker ORDER BY pagw_id DESC LIMIT ${CONSIDERED}
     ) AS latest
     -- A month that was archived has no partition any more.
     WHERE to_regclass('event_tracker_' || to_char(received_on, 'YYYY_MM')) IS NOT NULL
     ORDER BY last_sequence_no DESC, pagw_id DESC
     LIMIT 1`,
  );
  return rows[0];
}
