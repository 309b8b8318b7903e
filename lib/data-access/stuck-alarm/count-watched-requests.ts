import type { Database } from '../database.ts';

/** What a tenant's requests on the watch list are doing. */
export interface WatchedCount {
  tenant: string;
  open: number;
  /** Undecided ones whose clock has run 75 % and more, 90 % and more, and out; breached ones are in neither of the first. */
  atRisk: number;
  urgent: number;
  breached: number;
}

/** By tenant; reads the watch list, which is as long as the open and undecided requests are many. */
export async function countWatchedRequests(database: Database): Promise<WatchedCount[]> {
  const { rows } = await database.execute<WatchedCount>(
    `SELECT
       tenant,
       count(*) FILTER (WHERE completed_at IS NULL) AS open,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk IN ('at-risk', 'urgent')) AS at_risk,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk = 'urgent') AS urgent,
       count(*) FILTER (WHERE decided_at IS NULL AND deadline_risk = 'breached') AS breached
     FROM request_tracker
     WHERE watched
     GROUP BY tenant
     ORDER BY tenant`,
  );
  return rows;
}
