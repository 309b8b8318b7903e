import { fileURLToPath } from 'node:url';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { Client } from 'pg';
import { type Database, openDatabase } from '../data-access/database.ts';
import { OWNER } from '../data-access/logins.ts';
import { ensurePartitions } from '../data-access/maintain.ts';
import { keepReaderLimited } from '../data-access/migrate.ts';
import { admitOwner } from '../flows/admit/admit-owner.ts';
import { migrate } from '../flows/migrate/migrate.ts';
import type { PostgresAddress } from './data-api/connections.ts';
import { startDataApi } from './data-api/start-data-api.ts';
import {
  LOCAL_CLUSTER_ARN,
  LOCAL_CREDENTIALS,
  LOCAL_DATABASE,
  LOCAL_REGION,
  LOCAL_SECRET_ARN,
  type LocalAddresses,
} from './local-environment.ts';
import { createMaster, keepPassword, MASTER } from './postgres/postgres-cluster.ts';
import { startPostgres } from './postgres/postgres-server.ts';

export interface LocalDatabaseOptions {
  dataDirectory: string;
  addresses: LocalAddresses;
  /** By the local clock. */
  now: Date;
  onProgress: (step: string) => void;
}

export interface LocalDatabase {
  database: Database;
  /** Of PostgreSQL, such as `17.10`. */
  version: string;
  /** Settles when PostgreSQL has ended, whoever ended it. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Starts PostgreSQL and the Data API endpoint before it, and migrates the database. */
export async function startLocalDatabase(options: LocalDatabaseOptions): Promise<LocalDatabase> {
  const { addresses, dataDirectory, onProgress } = options;
  const postgres = await startPostgres({ dataDirectory, port: addresses.postgresPort, onProgress });
  try {
    const master = await createMaster(postgres, dataDirectory);
    await createDatabase(master);
    const owner = await letOwnerIn(master, LOCAL_DATABASE, dataDirectory);
    const endpoint = await startDataApi({
      port: Number(new URL(addresses.dataApi).port),
      postgres: owner,
      defaultDatabase: LOCAL_DATABASE,
    });
    const client = new RDSDataClient({
      endpoint: endpoint.url,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    const stop = async () => {
      client.destroy();
      await endpoint.close();
      await postgres.stop();
    };
    try {
      const target = {
        resourceArn: LOCAL_CLUSTER_ARN,
        secretArn: LOCAL_SECRET_ARN,
        database: LOCAL_DATABASE,
      };
      const database = openDatabase(client, target);
      onProgress('applying migrations');
      await migrate(database, { migrationsFolder: MIGRATIONS });
      await ensurePartitions(database, options.now);
      await keepReaderLimited(database);
      const { rows } = await database.execute<{ version: string }>(
        "SELECT current_setting('server_version') AS version",
      );
      return { database, version: rows[0]?.version ?? '17', ended: postgres.exited, stop };
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function createDatabase(master: PostgresAddress): Promise<void> {
  const client = new Client({ ...master, database: 'postgres' });
  await client.connect();
  try {
    const { rows } = await client.query<{ owner: string }>(
      'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
      [LOCAL_DATABASE],
    );
    if (rows.length === 0) await client.query(`CREATE DATABASE ${LOCAL_DATABASE}`);
    else if (rows[0]?.owner !== MASTER) {
      throw new Error(
        'The database was made by an earlier version, whose login owned it; forget it with --empty, or choose another directory with --data.',
      );
    }
  } finally {
    await client.end();
  }
}

export interface RequestCounts {
  tenants: number;
  requests: number;
  /** As of the detector's last check. */
  stuck: number;
  retriesDue: number;
}

const SQL = `
WITH request AS (
  SELECT
    count(DISTINCT tenant) AS tenants,
    count(*) AS requests,
    count(*) FILTER (WHERE stuck_reason IS NOT NULL) AS stuck
  FROM request_tracker
), retry AS (
  SELECT count(*) AS retries_due
  FROM event_tracker
  WHERE status = 'FAILED' AND retryable AND next_retry_at <= :now::timestamptz
)
SELECT tenants, requests, stuck, retries_due FROM request CROSS JOIN retry`;

/** What the start banner and the first page show: a scan, so for a local database only. */
export async function countForBanner(database: Database, now: Date): Promise<RequestCounts> {
  const { rows } = await database.execute<RequestCounts>(SQL, { now });
  return rows[0] ?? { tenants: 0, requests: 0, stuck: 0, retriesDue: 0 };
}

/**
 * Lets the owner into a database of the master's, as a deployment does.
 * @param dataDirectory the server's, where the password is kept
 */
export async function letOwnerIn(
  master: PostgresAddress,
  database: string,
  dataDirectory: string,
): Promise<PostgresAddress> {
  const password = await keepPassword(dataDirectory, 'owner');
  const endpoint = await startDataApi({ port: 0, postgres: master, defaultDatabase: database });
  const client = new RDSDataClient({
    endpoint: endpoint.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  try {
    const target = { resourceArn: LOCAL_CLUSTER_ARN, secretArn: LOCAL_SECRET_ARN, database };
    await admitOwner(openDatabase(client, target), password);
  } finally {
    client.destroy();
    await endpoint.close();
  }
  return { ...master, user: OWNER, password };
}
