import { Pool } from 'pg';
import type { Database } from '../../../lib/data-access/database.ts';
import { type Cursors, claimDueRetries } from '../../../lib/data-access/retry.ts';
import { openDirectDatabase } from '../../server/open-databases.ts';
import { type OpenContestant, WORKERS } from '../contestant.ts';
import { dueFailures } from './due-failures.ts';

const BATCH_SIZE = 250;

/** What the peers do and no more: claim, and note as done; no event is appended, no request brought up to date. */
export const open: OpenContestant = async ({ connectionString }) => {
  const { database, close } = openDirectDatabase(connectionString, WORKERS);
  const pool = new Pool({ connectionString, max: 1 });
  return {
    ...dueFailures(pool),
    work: async () => {
      const done = await Promise.all(Array.from({ length: WORKERS }, () => drain(database)));
      return done.reduce((sum, count) => sum + count, 0);
    },
    close: async () => {
      await close();
      await pool.end();
    },
  };
};

async function drain(database: Database): Promise<number> {
  const cursors: Cursors = new Map();
  let done = 0;
  for (;;) {
    const now = new Date();
    const options = { now, limit: BATCH_SIZE, cursors, skippedStages: [] };
    const { claimed, nothingLeft } = await claimDueRetries(database, options);
    if (nothingLeft) return done;
    await database.execute(
      `WITH sent AS (
         SELECT * FROM json_to_recordset(:done::json) AS sent (id bigint, received_on date)
       ), settled AS (
         DELETE FROM retry_claim AS claim USING sent WHERE claim.failure_id = sent.id
       )
       UPDATE event_tracker AS failed
       SET next_retry_at = NULL
       FROM sent
       WHERE failed.id = sent.id AND failed.received_on = sent.received_on`,
      { done: JSON.stringify(claimed.map(({ id, receivedOn }) => ({ id, received_on: receivedOn }))) },
    );
    done += claimed.length;
  }
}
