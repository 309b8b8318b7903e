import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { type Database, openDatabase } from '../../lib/data-access/database.ts';
import { DirectDatabase } from './direct-database.ts';
import { openPool } from './open-pool.ts';

export interface OpenedDatabase {
  database: Database;
  close(): Promise<void>;
}

/** The way production goes: the unmodified SDK client and the Data API endpoint. */
export function openEndpointDatabase(dataApiUrl: string, name: string): OpenedDatabase {
  const client = new RDSDataClient({
    endpoint: dataApiUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const database = openDatabase(client, {
    resourceArn: 'arn:aws:rds:us-east-1:123456789012:cluster:pagw-bench',
    secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:pagw-bench-AbCdEf',
    database: name,
  });
  return { database, close: async () => client.destroy() };
}

/** The same statements past the endpoint, over at most `connections` connections. */
export function openDirectDatabase(connectionString: string, connections: number): OpenedDatabase {
  const pool = openPool(connectionString, connections);
  return { database: new DirectDatabase(pool), close: () => pool.end() };
}
