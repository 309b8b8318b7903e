import { Client } from 'pg';

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
    WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  return rowCount ?? 0;
}
