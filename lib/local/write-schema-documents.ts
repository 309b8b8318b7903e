import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { openDatabase } from '../data-access/database.ts';
import { schemaText, withPicture } from '../flows/migrate/dump-schema.ts';
import { migrate } from '../flows/migrate/migrate.ts';
import { startDataApi } from './data-api/start-data-api.ts';
import { LOCAL_CLUSTER_ARN, LOCAL_CREDENTIALS, LOCAL_REGION, LOCAL_SECRET_ARN } from './local-environment.ts';
import { freePort } from './ports.ts';
import { startPostgres } from './postgres/postgres-server.ts';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const page = fileURLToPath(new URL('../../docs/schema.md', import.meta.url));

/** Writes migrations/schema.sql and the picture in docs/schema.md, from a database migrated for that and thrown away. */
export async function writeSchemaDocuments(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pagw-schema-'));
  // PostgreSQL refuses to run as root; then its own user has to get through to its data.
  await chmod(directory, 0o755);
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    port: await freePort(),
    fsync: false,
  });
  const { port, user, password } = postgres;
  const endpoint = await startDataApi({
    port: 0,
    postgres: { host: '127.0.0.1', port, user, password },
    defaultDatabase: 'postgres',
  });
  const client = new RDSDataClient({
    endpoint: endpoint.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  try {
    const target = { resourceArn: LOCAL_CLUSTER_ARN, secretArn: LOCAL_SECRET_ARN, database: 'postgres' };
    const database = openDatabase(client, target);
    await migrate(database, { migrationsFolder: migrations });
    await writeFile(join(migrations, 'schema.sql'), await schemaText(database));
    await writeFile(page, await withPicture(await readFile(page, 'utf8'), database));
  } finally {
    client.destroy();
    await endpoint.close();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
