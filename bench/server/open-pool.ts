import { Pool } from 'pg';

/**
 * Connections to one database; those that the server ends while nobody uses them are simply opened again.
 * @param idleTimeoutMillis after which an unused one is closed; 0: never.
 */
export function openPool(
  connectionString: string,
  connections: number,
  options = '',
  idleTimeoutMillis = 10_000,
): Pool {
  const pool = new Pool({ connectionString, max: connections, options, idleTimeoutMillis });
  pool.on('error', () => undefined);
  return pool;
}
