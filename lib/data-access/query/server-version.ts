import type { Database } from '../database.ts';

/** PostgreSQL's version, such as `17.7`, and its time: far from ours, one of the two clocks is wrong. */
export async function readServerVersion(database: Database): Promise<{ version: string; serverTime: Date }> {
  const { rows } = await database.execute<{ version: string; serverTime: Date }>(
    `SELECT current_setting('server_version') AS version, clock_timestamp() AS server_time`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The database answered a question for its version with nothing.');
  return row;
}
