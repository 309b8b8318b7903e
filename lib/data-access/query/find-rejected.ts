import type { Database } from '../database.ts';
import { REJECTED_COLUMNS, type RejectedRow } from './rejected-message.ts';

/** The refused event of this id; undefined when there is none. */
export async function findRejected(database: Database, id: number): Promise<RejectedRow | undefined> {
  const { rows } = await database.execute<RejectedRow>(
    `SELECT ${REJECTED_COLUMNS} FROM rejected_message WHERE id = :id`,
    { id },
  );
  return rows[0];
}
