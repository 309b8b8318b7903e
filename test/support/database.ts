import { randomUUID } from 'node:crypto';
import type { RDSDataClient } from '@aws-sdk/client-rds-data';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type Database, type DatabaseTarget, openDatabase } from '../../lib/data-access/database.ts';
import { MASTER } from '../../lib/local/postgres/postgres-cluster.ts';
import { dataApiClient, targetOf } from './data-api-client.ts';
import { forFile } from './for-file.ts';
import { EMPTY_TEMPLATE } from './postgres-server.ts';

/** A database of its own for one test file, on the run's PostgreSQL, through the run's Data API endpoint. */
export interface TestDatabase {
  database: Database;
  client: RDSDataClient;
  target: DatabaseTarget;
  /** For direct connections, as the owner, who is no superuser. */
  connectionString: string;
  /** For what the owner may not do: another role's part, a look at passwords. */
  superuserUrl: string;
  /** Drops the database, whoever is still connected. */
  close(): Promise<void>;
}

/** A fresh database with all migrations applied. */
export function openTestDatabase(): Promise<TestDatabase> {
  return open(inject('templateDatabase'));
}

/** The same, shared by the tests of a whole file. */
export function databaseOfFile(): Promise<TestDatabase> {
  return forFile(openTestDatabase());
}

/** A fresh database without anything in it, into which the owner is let. */
export function openEmptyDatabase(): Promise<TestDatabase> {
  return open(EMPTY_TEMPLATE);
}

async function open(template: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(`CREATE DATABASE ${name} OWNER ${MASTER} TEMPLATE ${template}`);
  const client = dataApiClient(inject('dataApiUrl'));
  const target = targetOf(name);
  const onDatabase = (address: string) => Object.assign(new URL(address), { pathname: name }).href;
  return {
    database: openDatabase(client, target),
    client,
    target,
    connectionString: onDatabase(inject('ownerUrl')),
    superuserUrl: onDatabase(inject('postgresUrl')),
    close: async () => {
      client.destroy();
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Runs a statement of the server rather than of one database, as superuser. */
export async function asAdmin(sql: string): Promise<void> {
  const admin = new Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query(sql).finally(() => admin.end());
}
