import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Database } from '../../../lib/data-access/database.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { type RetryRunOptions, runRetries } from '../../../lib/flows/retry/run-retries.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRetryQueue, type RetryQueue } from '../../support/retry-queue.ts';

/** A database, a queue and a clock for the tests of one file; emptied, new and set back for each. */
export interface RetryBench {
  readonly db: TestDatabase;
  readonly database: Database;
  readonly queue: RetryQueue;
  readonly now: Date;
  newRequest(): string;
  record(...events: TrackedEvent[]): ReturnType<typeof recordEvents>;
  pass(seconds: number): void;
  /** A run of retry at this moment, sending all stages to one queue. */
  run(options?: Partial<RetryRunOptions>): ReturnType<typeof runRetries>;
  historyOf(pagwId: string): Promise<Record<string, unknown>[]>;
}

export function openRetryBench(): RetryBench {
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
    await db.database.execute(
      'TRUNCATE request_tracker, event_tracker, retry_claim, retry_pause, retry_batch, retry_batch_failure, resend, operator_action',
    );
  });
  return {
    get db() {
      return db;
    },
    get database() {
      return db.database;
    },
    get queue() {
      return queue;
    },
    get now() {
      return now;
    },
    newRequest: () => `PAGW-RETRY-${++made}`,
    record: (...events) => recordEvents(db.database, events, now),
    pass: (seconds) => {
      now = new Date(now.getTime() + seconds * 1_000);
    },
    run: (options = {}) =>
      runRetries({
        database: db.database,
        sqs: queue.sqs,
        queues: () => 'https://sqs/pagw-retries.fifo',
        policy: defaultRetryPolicy,
        now: () => now,
        leaseSeconds: 300,
        batchSize: 100,
        mayGoOn: () => true,
        ...options,
      }),
    historyOf: async (pagwId) => {
      const { rows } = await db.database.execute(
        `SELECT sequence_no, event_type, stage, status, attempt, error_code, next_retry_at, retry_exhausted_at
         FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no`,
        { id: pagwId },
      );
      return rows;
    },
  };
}
