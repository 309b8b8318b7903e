import type { Database } from './database.ts';

/** The service and the worker of a stage's latest event that names one. */
export interface LastHeard {
  stage: string;
  serviceName: string | null;
  workerId: string | null;
  at: Date;
}

/** Events looked at: our own, which name no service of the pipeline, stand between. */
const MOST_LOOKED_AT = 50;

/** Who works on a stage of a tenant, as last heard of; null when nobody ever said. */
export async function lastHeardOf(
  database: Database,
  { tenant, stage }: { tenant: string; stage: string | null },
): Promise<LastHeard | null> {
  if (stage === null) return null;
  const { rows } = await database.execute<LastHeard>(
    `SELECT stage, service_name, worker_id, created_at AS at
     FROM (
       SELECT stage, service_name, worker_id, created_at, id
       FROM event_tracker
       WHERE tenant = :tenant AND stage = :stage
       ORDER BY created_at DESC
       LIMIT ${MOST_LOOKED_AT}
     ) AS latest
     WHERE (service_name IS NOT NULL AND service_name NOT LIKE 'pagw%') OR worker_id IS NOT NULL
     ORDER BY created_at DESC, id DESC
     LIMIT 1`,
    { tenant, stage },
  );
  return rows[0] ?? null;
}
