import type { Database } from '../database.ts';

/**
 * Limits what the reader sees to the rows of `tenants` (canonical names), or lifts the limit with null. Run as the owner;
 * safe to repeat. It waits 5 s at most for a table in use, and changes nothing then.
 * @throws DatabaseError with SQLSTATE 55P03 when a table was in use for longer.
 */
export async function limitReader(database: Database, tenants: readonly string[] | null): Promise<void> {
  await database.execute(
    'SELECT limit_reader(CASE WHEN :limited THEN ARRAY(SELECT json_array_elements_text(:tenants::json)) END)',
    {
      limited: tenants !== null,
      tenants: JSON.stringify(tenants ?? []),
    },
  );
}

/** Extends the limit that is set to the tables that migrations have made since. */
export async function keepReaderLimited(database: Database): Promise<void> {
  await database.execute(
    `WITH scope AS MATERIALIZED (SELECT tenants FROM reader_scope FOR UPDATE)
     SELECT limit_reader(tenants) FROM scope`,
  );
}
