import { vi } from 'vitest';
import type { AwsDouble } from './aws-double.ts';
import type { TestDatabase } from './database.ts';

/** Where a function finds the test's database. */
export function databaseSettings({ target }: Pick<TestDatabase, 'target'>) {
  return { CLUSTER_ARN: target.resourceArn, SECRET_ARN: target.secretArn, DATABASE_NAME: target.database };
}

/** What a function writes to its log from now on, metrics and all, line by line; emptied by whoever reads it. */
export function logOfFunction(): string[] {
  const lines: string[] = [];
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...words) => void lines.push(words.join(' ')));
  return lines;
}

/** Region, keys and endpoints that the SDK's clients of a function find in the process until vi.unstubAllEnvs(). */
export function stubAws(endpoints: Partial<Record<'RDS_DATA' | 'SQS' | 'S3' | 'SNS', string>>): void {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  for (const [service, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, url);
}

/** The settings of an ingest whose services are all the double: it tries each call once, and says nothing. */
export function ingestBehind(aws: AwsDouble, db: TestDatabase) {
  stubAws({ RDS_DATA: aws.url, SQS: aws.url, S3: aws.url });
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  return {
    ...databaseSettings(db),
    QUARANTINE_BUCKET: 'quarantine',
    EVENTS_QUEUE_URL: `${aws.url}/000000000000/pagw-events.fifo`,
  };
}
