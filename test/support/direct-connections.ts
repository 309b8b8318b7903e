import { Client } from 'pg';
import type { Database } from '../../lib/data-access/database.ts';
import type { PostgresAddress } from '../../lib/local/data-api/connections.ts';

/**
 * Opens `count` connections past the Data API, for races and for killing backends. They are closed after `work`,
 * however it ends.
 */
export async function withDirectConnections<T>(
  connectionString: string,
  count: number,
  work: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients = Array.from({ length: count }, () => new Client({ connectionString }));
  // A killed backend reports here too; what matters reaches the query that was running.
  for (const client of clients) client.on('error', () => undefined);
  await Promise.all(clients.map((client) => client.connect()));
  try {
    return await work(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

/** Ends every other session on the client's database. Answers how many there were. */
export async function killOtherSessions(client: Client): Promise<number> {
  const { rowCount } = await client.query(`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`);
  return rowCount ?? 0;
}

/** Resolves when a session of the database waits for another one's lock. */
export async function untilSomebodyWaits(database: Database): Promise<void> {
  for (;;) {
    const { rows } = await database.execute(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
}

/** What an endpoint of one's own needs to reach the run's PostgreSQL. */
export function postgresAddressOf(connectionString: string): PostgresAddress {
  const { hostname, port, username, password } = new URL(connectionString);
  return { host: hostname, port: Number(port), user: username, password };
}
