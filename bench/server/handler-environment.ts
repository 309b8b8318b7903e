import type { BenchServer } from './bench-server.ts';

/** Of a function with 512 MB, as Lambda starts Node. */
export const HANDLER_NODE_OPTIONS = ['--enable-source-maps', '--max-old-space-size=400'];

/** What the template gives every function, of a bench's database. */
export function handlerEnvironment(
  server: BenchServer,
  database: string,
): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: server.dataApiUrl,
    CLUSTER_ARN: 'arn:aws:rds:us-east-1:123456789012:cluster:pagw-bench',
    SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:pagw-bench-AbCdEf',
    DATABASE_NAME: database,
    QUARANTINE_BUCKET: 'quarantine',
    POWERTOOLS_METRICS_NAMESPACE: 'PagwEventTracker',
  };
}
