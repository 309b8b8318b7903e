import { randomUUID } from 'node:crypto';
import { type Database, type DatabaseTarget, openDatabase } from '../../lib/data-access/database.ts';
import { startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { dataApiClient } from './data-api-client.ts';
import { asAdmin, type TestDatabase } from './database.ts';
import { postgresAddressOf } from './direct-connections.ts';

/** A test database as a login of one of the tracker's roles sees it, through the real client and an endpoint of its own. */
export interface RoleDatabase {
  database: Database;
  /** The same login on another database of the server. */
  on(target: DatabaseTarget): Database;
  dataApiUrl: string;
  close(): Promise<void>;
}

/** The login is made for the test: the roles' own belong to the whole server, and to the tests of rotation. */
export async function openAsRole(
  { connectionString, target }: TestDatabase,
  role: 'pagw_maintainer' | 'pagw_writer' | 'pagw_operator' | 'pagw_reader' | 'pagw_rotator',
): Promise<RoleDatabase> {
  const login = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(`CREATE ROLE ${login} LOGIN PASSWORD '${login}' IN ROLE ${role}`);
  const endpoint = await startDataApi({
    port: 0,
    postgres: { ...postgresAddressOf(connectionString), user: login, password: login },
    defaultDatabase: target.database,
  });
  const client = dataApiClient(endpoint.url);
  return {
    database: openDatabase(client, target),
    on: (other) => openDatabase(client, other),
    dataApiUrl: endpoint.url,
    close: async () => {
      client.destroy();
      await endpoint.close();
      await asAdmin(`DROP ROLE ${login}`);
    },
  };
}
