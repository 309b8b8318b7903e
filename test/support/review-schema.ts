import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { splitStatements } from '../../lib/data-access/sql-text.ts';
import type { TestDatabase } from './database.ts';

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Brings an empty database to where the customer's is: V001 to V006 run by another tool, no migration table. */
export async function applyReviewSchema({ database }: Pick<TestDatabase, 'database'>): Promise<void> {
  const names = [
    'V001__create_request_status',
    'V002__create_request_tracker',
    'V003__create_event_status',
    'V004__index_request_tracker',
    'V005__create_event_tracker',
    'V006__add_event_tracker_metadata',
  ];
  for (const name of names) {
    const text = await readFile(`${migrationsFolder}/${name}.sql`, 'utf8');
    for (const statement of splitStatements(text)) await database.execute(statement);
  }
}
