import { Pool } from 'pg';
import { type Contestant, type OpenContestant, WORKERS } from '../contestant.ts';
import { dueFailures } from './due-failures.ts';

const BATCH_SIZE = 250;

interface Failure {
  id: string;
  received_on: string;
  pagw_id: string;
  tenant: string;
}

const CLEAR = `UPDATE event_tracker AS failed
  SET next_retry_at = NULL
  FROM json_to_recordset($1::json) AS sent (id bigint, received_on date)
  WHERE failed.id = sent.id AND failed.received_on = sent.received_on`;

const APPEND = `INSERT INTO event_tracker (
    tenant, pagw_id, received_on, event_id, stage, event_type, status, sequence_no, attempt, error_code, occurred_at
  )
  SELECT tenant, pagw_id, received_on, 'retry:' || pagw_id || ':10:2', 'API_CONNECTOR', 'RETRY_SCHEDULED',
    'RETRY_SCHEDULED', 11, 2, 'API_TIMEOUT', now()
  FROM json_to_recordset($1::json) AS sent (pagw_id text, tenant text, received_on date)`;

const ADVANCE = `UPDATE request_tracker AS request
  SET last_sequence_no = last_sequence_no + 1, retry_count = retry_count + 1, main_status = 'RETRY_SCHEDULED',
    main_attempt = 2, main_at = now(), updated_at = now()
  FROM json_to_recordset($1::json) AS sent (pagw_id text)
  WHERE request.pagw_id = sent.pagw_id`;

const SETTLE = { clear: CLEAR, append: APPEND, advance: ADVANCE };

/**
 * The floor: nothing but the given writes to the review's table with its indexes, the work shared out beforehand. No
 * claim, no lock against another sender, no check for what was overtaken.
 */
export function bareWrites(...writes: (keyof typeof SETTLE)[]): OpenContestant {
  return async ({ connectionString }): Promise<Contestant> => {
    const pool = new Pool({ connectionString, max: WORKERS });
    const due = dueFailures(pool);
    let batches: string[] = [];
    const drain = async () => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop())
        for (const write of writes) await pool.query({ name: write, text: SETTLE[write], values: [batch] });
    };
    return {
      prepare: async (jobs) => {
        await due.prepare(jobs);
        const { rows } = await pool.query<Failure>(
          `SELECT id, received_on::text, pagw_id, tenant FROM event_tracker
           WHERE next_retry_at IS NOT NULL ORDER BY next_retry_at`,
        );
        batches = Array.from({ length: Math.ceil(rows.length / BATCH_SIZE) }, (_, place) =>
          JSON.stringify(rows.slice(place * BATCH_SIZE, (place + 1) * BATCH_SIZE)),
        );
      },
      work: async () => {
        const jobs = batches.reduce((sum, batch) => sum + (JSON.parse(batch) as Failure[]).length, 0);
        await Promise.all(Array.from({ length: WORKERS }, drain));
        return jobs;
      },
      verify: due.verify,
      close: () => pool.end(),
    };
  };
}
