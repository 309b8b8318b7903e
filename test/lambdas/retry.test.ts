import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/retry.ts';
import { pauseRetries, requestRetryBatch } from '../../lib/data-access/retry-orders.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { lambdaContext } from '../support/lambda.ts';
import { databaseSettings, logOfFunction, stubAws } from '../support/lambda-environment.ts';
import { openAsRole } from '../support/role-database.ts';
import { failedEvent } from '../support/tracked-event.ts';

const recordedAt = new Date('2026-03-01T10:00:00Z');
const now = new Date('2026-03-01T10:02:00Z');
const db = await databaseOfFile();
/** As on AWS: what the handler may do is its role's. */
const login = await forFile(openAsRole(db, 'pagw_writer'));
const { sqs, endpoint, makeQueue } = await forFile(startEmbeddedAws());
const environment: NodeJS.ProcessEnv = {
  ...databaseSettings(db),
  RETRY_QUEUE_URL: await makeQueue('pagw-retries.fifo'),
};
stubAws({ RDS_DATA: login.dataApiUrl, SQS: endpoint });
const logged = logOfFunction();
let made = 0;

beforeEach(async () => {
  logged.length = 0;
  await db.database.execute(
    'TRUNCATE request_tracker, event_tracker, retry_claim, retry_pause, retry_batch, retry_batch_failure',
  );
});

const fail = (...failures: Partial<TrackedEvent>[]) =>
  recordEvents(
    db.database,
    failures.map((fields) => failedEvent({ pagwId: `PAGW-LAMBDA-${++made}`, ...fields })),
    recordedAt,
  );

function invoke(settings: NodeJS.ProcessEnv = {}, remainingMs = 60_000) {
  const handler = createHandler({ ...environment, ...settings }, { now: () => now });
  return handler({}, { ...lambdaContext('retry'), getRemainingTimeInMillis: () => remainingMs });
}

async function received(): Promise<Record<string, unknown>[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: environment.RETRY_QUEUE_URL, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

/** The values of one metric, by its dimension other than the service. */
function metric(name: string): Record<string, unknown> {
  const records = logged.filter((line) => line.includes('CloudWatchMetrics')).map((line) => JSON.parse(line));
  return Object.fromEntries(
    records
      .filter((record) => name in record)
      .map((record) => [record.tenant ?? record.stage ?? 'all', record[name]]),
  );
}

describe('the retry handler', () => {
  it('puts commands for what is due on the queue and answers its counts', async () => {
    await fail({ tenant: 'anthem' });
    const answer = await invoke();
    expect(answer).toEqual({
      ...{ dispatched: 1, released: 0, superseded: 0, overtaken: 0 },
      ...{ madeDue: 0, resent: 0, complete: true },
    });
    expect(await received()).toMatchObject([
      { tenant: 'anthem', stage: 'PARSING', attempt: 2, maxAttempts: 5 },
    ]);
  });

  it('measures what it left and what it did, by tenant and by stage', async () => {
    await pauseRetries(
      db.database,
      { tenant: 'elevance', stage: null, downstream: null },
      { actedBy: 'ann', reason: 'test' },
      now,
    );
    await fail(
      { tenant: 'anthem' },
      { tenant: 'anthem', stage: 'CONVERSION' },
      { tenant: 'anthem', attempt: 5 },
      { tenant: 'elevance' },
    );
    await invoke();
    expect(metric('RetriesDue')).toEqual({ all: 0, anthem: 0, elevance: 0, PARSING: 0 });
    expect(metric('RetriesPaused')).toEqual({ all: 1 });
    expect(metric('RetriesExhausted')).toMatchObject({ all: 1, anthem: 1, PARSING: 1 });
    expect(metric('RetryOldestDueSeconds')).toMatchObject({ all: 0, anthem: 0, elevance: 0 });
    expect(metric('RetriesDispatched')).toEqual({ all: 2 });
  });

  it('says which stages it could not send to, keeps their failures due, and counts them as released', async () => {
    await fail({ stage: 'API_CONNECTOR' });
    const answer = await invoke({ RETRY_QUEUE_URL: undefined, RETRY_QUEUES: '{}' });
    expect(answer).toMatchObject({ dispatched: 0, released: 1 });
    expect(metric('RetriesReleased')).toEqual({ all: 1 });
    expect(metric('RetriesDue')).toMatchObject({ all: 1, anthem: 1, API_CONNECTOR: 1 });
    expect(metric('RetryOldestDueSeconds')).toMatchObject({ all: 60, API_CONNECTOR: 60 });
    const warning = logged.find((line) => line.includes('retries not sent'));
    expect(JSON.parse(warning ?? '{}')).toMatchObject({ stage: 'API_CONNECTOR', trouble: 'NO_QUEUE' });
    expect(await invoke()).toMatchObject({ dispatched: 1 });
  });

  it('sends nothing more when the time it needs to end well is all that is left', async () => {
    await fail({});
    expect(await invoke({}, 9_000)).toMatchObject({ dispatched: 0, complete: false });
    expect(await invoke()).toMatchObject({ dispatched: 1, complete: true });
  });

  it('carries an operator’s batch on and sends what it brought forward', async () => {
    await fail({ attempt: 5 }, { attempt: 5 });
    const request = { filter: {}, ratePerMinute: 60, actedBy: 'ann', reason: 'test' };
    await requestRetryBatch(db.database, request, now);
    expect(await invoke()).toMatchObject({ madeDue: 2, dispatched: 2 });
  });

  it.each([
    ['RETRY_POLICY', '{"baseSeconds":-5}', 'baseSeconds'],
    ['RETRY_POLICY', '{"stages":{"PARSING":{"capSeconds":-1}}}', 'stages.PARSING.capSeconds'],
    ['RETRY_QUEUES', '{"PARSING":7}', 'PARSING'],
    ['RETRY_QUEUE_URL', 'somewhere', 'RETRY_QUEUE_URL'],
    ['RETRY_LEASE_SECONDS', '-1', 'RETRY_LEASE_SECONDS'],
  ])('does not start with %s=%s, and names the fault', (name, value, fault) => {
    expect(() => createHandler({ ...environment, [name]: value }, { now: () => now })).toThrow(fault);
  });

  it('fails, and leaves everything due, while the database does not answer', async () => {
    await fail({});
    await expect(invoke({ DATABASE_NAME: 'no_such_database' })).rejects.toThrow();
    expect(await invoke()).toMatchObject({ dispatched: 1 });
  });
});
