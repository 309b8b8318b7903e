import type { Database } from '../database.ts';

/** The type of a column as PostgreSQL names it, such as `jsonb`; undefined when there is no such column. */
export async function readColumnType(
  database: Database,
  table: string,
  column: string,
): Promise<string | undefined> {
  const { rows } = await database.execute<{ type: string }>(
    `SELECT format_type(atttypid, atttypmod) AS type
     FROM pg_attribute
     WHERE attrelid = to_regclass(:table) AND attname = :column AND NOT attisdropped`,
    { table, column },
  );
  return rows[0]?.type;
}
