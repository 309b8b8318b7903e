import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ingestEnv, readEnv } from '../../lib/runtime/env.ts';
import { folderForFile } from '../support/for-file.ts';

const environment = {
  CLUSTER_ARN: 'arn:aws:rds:us-east-1:123456789012:cluster:claims',
  SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:writer',
  DATABASE_NAME: 'pagw',
  QUARANTINE_BUCKET: 'quarantine',
  EVENTS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/pagw-events.fifo',
};
const folder = folderForFile();
let SETTINGS_FILE: string;
beforeAll(() => {
  SETTINGS_FILE = join(folder, 'settings.json');
  writeFileSync(SETTINGS_FILE, JSON.stringify({ RETRY_POLICY: '{"maxAttempts":3}' }));
});

test('settings come from the file that the environment names', () => {
  expect(readEnv(ingestEnv(), { ...environment, SETTINGS_FILE }).RETRY_POLICY).toBe('{"maxAttempts":3}');
});

test('the environment has the last word', () => {
  const env = readEnv(ingestEnv(), { ...environment, SETTINGS_FILE, RETRY_POLICY: '{}' });
  expect(env.RETRY_POLICY).toBe('{}');
});

test('a file that is named and not there stops the function', () => {
  expect(() => readEnv(ingestEnv(), { ...environment, SETTINGS_FILE: join(folder, 'gone.json') })).toThrow(
    /ENOENT/,
  );
});
