import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { OWNER } from '../data-access/admit.ts';
import { openDatabase } from '../data-access/database.ts';
import { admitOwner } from '../flows/admit/admit-owner.ts';
import type { PostgresAddress } from './data-api/connections.ts';
import { startDataApi } from './data-api/start-data-api.ts';
import { LOCAL_CLUSTER_ARN, LOCAL_CREDENTIALS, LOCAL_REGION, LOCAL_SECRET_ARN } from './local-environment.ts';
import { keepPassword } from './postgres/postgres-cluster.ts';

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
