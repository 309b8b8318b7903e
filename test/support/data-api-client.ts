import { RDSDataClient } from '@aws-sdk/client-rds-data';
import type { DatabaseTarget } from '../../lib/data-access/database.ts';

/** The unmodified SDK client on a local endpoint. */
export function dataApiClient(endpoint: string, maxAttempts = 3): RDSDataClient {
  return new RDSDataClient({
    endpoint,
    maxAttempts,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** What the endpoint takes for any database: ARNs that look like ones. */
export function targetOf(database: string): DatabaseTarget {
  return {
    resourceArn: 'arn:aws:rds:us-east-1:123456789012:cluster:pagw-test',
    secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:pagw-test-AbCdEf',
    database,
  };
}
