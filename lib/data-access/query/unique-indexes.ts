import type { Database } from '../database.ts';

/** A unique index that keeps a history right, as the catalogue has it. */
export interface UniqueIndex {
  name: string;
  /** In the order of the index. */
  columns: string;
  unique: boolean;
  /** An invalid index of a partitioned table lacks its counterpart in some month. */
  valid: boolean;
}

/** The indexes of event_tracker by name; one that is missing is not answered. */
export async function findUniqueIndexes(
  database: Database,
  names: readonly string[],
): Promise<UniqueIndex[]> {
  const { rows } = await database.execute<UniqueIndex>(
    `SELECT
       index.relname AS name,
       indisunique AS unique,
       indisvalid AND indisready AS valid,
       (
         SELECT string_agg(attname, ', ' ORDER BY place)
         FROM unnest(indkey::int2[]) WITH ORDINALITY AS key (attribute, place)
         JOIN pg_attribute ON attrelid = indrelid AND attnum = attribute
       ) AS columns
     FROM pg_index
     JOIN pg_class AS index ON index.oid = indexrelid
     WHERE indrelid = to_regclass('event_tracker')
       AND index.relname IN (SELECT json_array_elements_text(:names::json))
     ORDER BY index.relname`,
    { names: JSON.stringify(names) },
  );
  return rows;
}
