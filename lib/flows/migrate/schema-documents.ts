import type { Database } from '../../data-access/database.ts';
import { dumpSchema } from './dump-schema.ts';

const HEAD = `-- The whole schema as the database gives it back after migrations/V*.sql and migrations/functions/*.sql.
-- Written by npm run schema:dump and compared by a test; never applied.

`;

const PICTURE = /(?<=<!-- Drawn by npm run schema:dump. -->\n```mermaid\n)[\s\S]*?(?=```)/;

/** The text of migrations/schema.sql for a migrated database. */
export async function schemaText(database: Database): Promise<string> {
  return HEAD + (await dumpSchema(database));
}

/** The page with its picture drawn again from a migrated database. */
export async function withPicture(page: string, database: Database): Promise<string> {
  if (!PICTURE.test(page)) throw new Error('The page has no place for the picture of the schema.');
  const picture = await drawSchema(database);
  return page.replace(PICTURE, () => picture);
}

interface ColumnRow {
  tableName: string;
  columnName: string;
  type: string;
  /** PK, FK, or both. */
  keys: string | null;
}

interface ReferenceRow {
  parent: string;
  child: string;
  columns: string;
}

/** The tables of a database with their columns and foreign keys, as a mermaid entity-relationship diagram. */
async function drawSchema(database: Database): Promise<string> {
  const columns = await database.execute<ColumnRow>(COLUMNS);
  const references = await database.execute<ReferenceRow>(REFERENCES);
  const lines = ['erDiagram'];
  for (const { parent, child, columns: by } of references.rows)
    lines.push(`  ${parent} ||--o{ ${child} : "${by}"`);
  for (const [place, { tableName, type, columnName, keys }] of columns.rows.entries()) {
    if (tableName !== columns.rows[place - 1]?.tableName) lines.push(`  ${tableName} {`);
    lines.push(`    ${type} ${columnName}${keys === null ? '' : ` ${keys}`}`);
    if (tableName !== columns.rows[place + 1]?.tableName) lines.push('  }');
  }
  return `${lines.join('\n')}\n`;
}

const COLUMNS = `
  SELECT
    held.relname::text AS table_name,
    attname::text AS column_name,
    CASE
      WHEN typcategory = 'A' THEN (SELECT typname FROM pg_type AS element WHERE element.oid = pg_type.typelem) || '[]'
      ELSE typname::text
    END AS type,
    (
      SELECT string_agg(CASE contype WHEN 'p' THEN 'PK' ELSE 'FK' END, ', ' ORDER BY contype = 'f')
      FROM pg_constraint WHERE conrelid = held.oid AND contype IN ('p', 'f') AND attnum = ANY (conkey)
    ) AS keys
  FROM pg_class AS held
  JOIN pg_attribute ON attrelid = held.oid AND attnum > 0 AND NOT attisdropped
  JOIN pg_type ON pg_type.oid = atttypid
  WHERE held.relnamespace = 'public'::regnamespace AND held.relkind IN ('r', 'p') AND NOT held.relispartition
  ORDER BY held.relname COLLATE "C", attnum`;

const REFERENCES = `
  SELECT
    confrelid::regclass::text AS parent,
    conrelid::regclass::text AS child,
    (
      SELECT string_agg(attname, ', ' ORDER BY place)
      FROM unnest(conkey) WITH ORDINALITY AS key (attnum, place)
      JOIN pg_attribute USING (attnum)
      WHERE attrelid = conrelid
    ) AS columns
  FROM pg_constraint
  WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
    AND NOT (SELECT relispartition FROM pg_class WHERE oid = conrelid)
  ORDER BY confrelid::regclass::text COLLATE "C", conrelid::regclass::text COLLATE "C"`;
