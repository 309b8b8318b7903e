import type { Database } from '../../lib/data-access/database.ts';
import type { WorkloadEvent } from './contestant.ts';

/** Rows for the requests of these events, for contestants that do not keep them: the foreign key wants them. */
export async function insertRequests(database: Database, events: readonly WorkloadEvent[]): Promise<void> {
  const tenants = new Map(events.map(({ event }) => [event.pagwId, event.tenant]));
  await database.execute(
    `INSERT INTO request_tracker (pagw_id, tenant, received_on)
     SELECT request.key, request.value, (now() AT TIME ZONE 'UTC')::date
     FROM json_each_text(:requests::json) AS request
     ON CONFLICT (pagw_id) DO NOTHING`,
    { requests: JSON.stringify(Object.fromEntries(tenants)) },
  );
}
