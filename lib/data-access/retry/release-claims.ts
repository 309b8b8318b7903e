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
    `DELETE FROM retry_claim
     WHERE failure_id IN (SELECT json_array_elements_text(:failure_ids::json)::bigint)
       AND claimed_at = :claimed_at::timestamptz`,
    { failure_ids: JSON.stringify(failures.map(({ id }) => id)), claimed_at: claimedAt },
  );
}
