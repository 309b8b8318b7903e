import type { Database } from '../../lib/data-access/database.ts';

/** Copies a request with all its events under the names `P-1` and so on: many rows of the same make in little time. */
export async function copyRequests(
  database: Database,
  pagwId: string,
  from: number,
  to: number,
): Promise<void> {
  for (const table of ['request_tracker', 'event_tracker']) {
    const { rows } = await database.execute<{ names: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names
       FROM pg_attribute
       WHERE attrelid = :table::text::regclass AND attnum > 0 AND attgenerated = '' AND attname NOT IN ('id', 'pagw_id')`,
      { table },
    );
    const names = rows[0]?.names;
    await database.execute(
      `INSERT INTO ${table} (pagw_id, ${names})
       SELECT pagw_id || '-' || copy, ${names}
       FROM ${table}
       CROSS JOIN generate_series(:from::bigint, :to::bigint) AS copy
       WHERE pagw_id = :pagw_id`,
      { pagw_id: pagwId, from, to },
    );
  }
}
