import { Client } from 'pg';
import type { PostgresAddress } from './data-api/connections.ts';
import { keepPassword } from './postgres-cluster.ts';
import type { PostgresServer } from './postgres-server.ts';

/** The name of the master user on AWS. */
export const OWNER = 'pagw_owner';

/**
 * Makes the login that migrates, and that the Data API endpoint uses: as the master user of Aurora it may create
 * databases and roles, watch the server and end sessions, and is no superuser. Made again, it is the same.
 * @param dataDirectory the server's, where the password is kept
 */
export async function createOwner(postgres: PostgresServer, dataDirectory: string): Promise<PostgresAddress> {
  const password = await keepPassword(dataDirectory, 'owner');
  const admin = new Client({ connectionString: postgres.connectionString('postgres') });
  await admin.connect();
  try {
    const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (rowCount === 0) await admin.query(`CREATE ROLE ${OWNER}`);
    await admin.query(
      `ALTER ROLE ${OWNER} LOGIN NOSUPERUSER CREATEDB CREATEROLE PASSWORD ${admin.escapeLiteral(password)}`,
    );
    await admin.query(`GRANT pg_monitor, pg_signal_backend TO ${OWNER}`);
  } finally {
    await admin.end();
  }
  return { host: '127.0.0.1', port: postgres.port, user: OWNER, password };
}
