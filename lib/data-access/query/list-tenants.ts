import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

/** The tenants that have a request, the first 1,000; costs a look into the index for each. */
export async function listTenants(database: Database): Promise<string[]> {
  const { rows } = await readBounded<{ tenant: string }>(
    database,
    `WITH RECURSIVE known AS (
       (SELECT tenant FROM request_tracker ORDER BY tenant LIMIT 1)
       UNION ALL
       SELECT (SELECT request.tenant FROM request_tracker AS request WHERE request.tenant > known.tenant ORDER BY request.tenant LIMIT 1)
       FROM known
       WHERE known.tenant IS NOT NULL
     )
     SELECT tenant FROM known WHERE tenant IS NOT NULL ORDER BY tenant LIMIT 1000`,
    {},
  );
  return rows.map(({ tenant }) => tenant);
}
