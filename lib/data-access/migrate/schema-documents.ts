import type { Database } from '../database.ts';
import { dumpSchema } from './dump-schema.ts';
import { drawSchema } from './schema-picture.ts';

const HEAD = `-- The whole schema as the database gives it back after migrations/V*.sql and migrations/functions/*.sql.
-- Written by npm run schema:dump and compared by a test; never applied.

`;

const PICTURE = /(?<=<!-- Drawn by npm run schema:dump. -->\n```mermaid\n)[\s\S]*?(?=```)/;

/** The text of migrations/schema.sql for a migrated database. */
export async function schemaText(database: Database): Promise<string> {
  return HEAD + (await dumpSchema(database));
}

/** The page with its picture drawn anew from a migrated database. */
export async function withPicture(page: string, database: Database): Promise<string> {
  if (!PICTURE.test(page)) throw new Error('The page has no place for the picture of the schema.');
  const picture = await drawSchema(database);
  return page.replace(PICTURE, () => picture);
}
