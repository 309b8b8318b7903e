import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordEvents } from '../../../lib/data-access/ingest/record-events.ts';
import { type RetryRunOptions, runRetries } from '../../../lib/data-access/retry/run-retries.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRetryQueue, type RetryQueue } from '../../support/retry-queue.ts';
import { failedEvent } from '../../support/tracked-event.ts';

let db: TestDatabase;
let queue: RetryQueue;
let now: Date;
let made = 0;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

beforeEach(async () => {
  queue = openRetryQueue();
  now = new Date('2026-03-01T10:00:00Z');
  await db.database.execute('TRUNCATE request_tracker, event_tracker, retry_pause, retry_batch');
});

const newRequest = () => `PAGW-RETRY-${++made}`;
const record = (...events: Parameters<typeof recordEvents>[1]) => recordEvents(db.database, events, now);
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

function run(options: Partial<RetryRunOptions> = {}) {
  return runRetries({
    database: db.database,
    sqs: queue.sqs,
    queues: () => 'https://sqs/pagw-retries.fifo',
    policy: defaultRetryPolicy,
    now: () => now,
    leaseSeconds: 300,
    batchSize: 100,
    mayGoOn: () => true,
    ...options,
  });
}

async function historyOf(pagwId: string) {
  const { rows } = await db.database.execute(
    `SELECT sequence_no, event_type, status, attempt, error_code, next_retry_at, retry_exhausted_at
     FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no`,
    { id: pagwId },
  );
  return rows;
}

describe('runRetries', () => {
  it('sends what is due once, and notes it as dispatched without touching the failure’s outcome', async () => {
    const pagwId = newRequest();
    await record(
      failedEvent({
        pagwId,
        correlationId: 'corr-1',
        payloadBucket: 'b',
        payloadKey: 'k',
        requestType: 'PAS_SUBMIT',
      }),
    );
    pass(61);
    expect((await run()).counts.total).toEqual({ dispatched: 1, released: 0, superseded: 0, overtaken: 0 });
    expect((await run()).counts.total.dispatched).toBe(0);
    expect(queue.commands).toEqual([
      {
        version: 1,
        token: `${pagwId}:1:2`,
        pagwId,
        tenant: 'anthem',
        stage: 'PARSING',
        attempt: 2,
        maxAttempts: 5,
        errorCode: 'PARSE_EXCEPTION',
        failedSequenceNo: 1,
        correlationId: 'corr-1',
        payload: { bucket: 'b', key: 'k' },
      },
    ]);
    expect(queue.inputs[0]?.Entries?.[0]).toMatchObject({
      MessageGroupId: pagwId,
      MessageDeduplicationId: `${pagwId}:1:2`,
    });
    expect(await historyOf(pagwId)).toMatchObject([
      { status: 'FAILED', attempt: 1, errorCode: 'PARSE_EXCEPTION', nextRetryAt: null },
      { eventType: 'RETRY_SCHEDULED', status: 'RETRY_SCHEDULED', attempt: 2, nextRetryAt: null },
    ]);
  });

  it('sends nothing before its time', async () => {
    await record(failedEvent({ pagwId: newRequest() }));
    pass(59);
    expect((await run()).counts.total.dispatched).toBe(0);
  });
});
