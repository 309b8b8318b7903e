import type { MaintainOptions } from './maintain-task.ts';
import { quietSince } from './quiet-since.ts';

export type ArchiveBacklog = Record<'requestsHoldingMonths' | 'requestsToArchive', number>;

/** Counting stops here: more says no more. */
const COUNTED_AT_MOST = 10_000;

/**
 * What of the months that ended `afterDays` ago keeps them in the database: requests still open, which nothing may cut,
 * and requests that are due to be archived.
 */
export async function measureArchive(
  { database, now }: MaintainOptions,
  afterDays: number,
): Promise<ArchiveBacklog> {
  const since = await quietSince(database, now, afterDays);
  if (since === undefined) return { requestsHoldingMonths: 0, requestsToArchive: 0 };
  const { rows } = await database.execute<ArchiveBacklog>(
    `WITH old AS MATERIALIZED (
       SELECT completed_at
       FROM request_tracker
       WHERE archived_at IS NULL
         AND last_sequence_no > 0
         AND received_on < date_trunc('month', :quiet_since::timestamptz AT TIME ZONE 'UTC')::date
       ORDER BY received_on
       LIMIT ${COUNTED_AT_MOST}
     )
     SELECT
       count(*) FILTER (WHERE completed_at IS NULL) AS requests_holding_months,
       count(completed_at) AS requests_to_archive
     FROM old`,
    { quiet_since: since },
  );
  return rows[0] ?? { requestsHoldingMonths: 0, requestsToArchive: 0 };
}
