import type { Database } from '../database.ts';
import type { ClaimedFailure } from './claim-due-retries.ts';

/** Gives back what was not sent, unless another sender has taken it since; the next run finds it due as before. */
export async function releaseClaims(
  database: Database,
  failures: readonly ClaimedFailure[],
  claimedAt: Date,
): Promise<void> {
  if (failures.length === 0) return;
  await database.execute(
    `UPDATE event_tracker AS failed
     SET retry_claimed_at = NULL
     FROM json_to_recordset(:failures::json) AS unsent (id bigint, received_on date)
     WHERE failed.id = unsent.id
       AND failed.received_on = unsent.received_on
       AND failed.retry_claimed_at = :claimed_at::timestamptz`,
    {
      failures: JSON.stringify(failures.map(({ id, receivedOn }) => ({ id, received_on: receivedOn }))),
      claimed_at: claimedAt,
    },
  );
}
