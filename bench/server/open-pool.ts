import { Pool } from 'pg';

/** Connections to one database; those that the server ends while nobody uses them are simply opened again. */
export function openPool(connectionString: string, connections: number, options = ''): Pool {
  const pool = new Pool({ connectionString, max: connections, options });
  pool.on('error', () => undefined);
  return pool;
}
