import { vi } from 'vitest';
import type { TestDatabase } from './database.ts';

/** Where a function finds the test's database. */
export function databaseSettings({ target }: Pick<TestDatabase, 'target'>) {
  return { CLUSTER_ARN: target.resourceArn, SECRET_ARN: target.secretArn, DATABASE_NAME: target.database };
}

/** Region, keys and endpoints that the SDK's clients of a function find in the process until vi.unstubAllEnvs(). */
export function stubAws(endpoints: Partial<Record<'RDS_DATA' | 'SQS' | 'S3' | 'SNS', string>>): void {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  for (const [service, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, url);
}
