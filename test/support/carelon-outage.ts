import { stepRetryBatches } from '../../lib/data-access/retry.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { runResends } from '../../lib/flows/retry/run-resends.ts';
import { runRetries } from '../../lib/flows/retry/run-retries.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import type { TestDatabase } from './database.ts';
import { afterMinutes, recordHistory, type StepFields } from './history.ts';
import { openRetryQueue } from './retry-queue.ts';

const start = new Date('2026-03-02T03:00:00Z');
const carelon = { targetSystem: 'carelon' };

/** What the outage hits: failures with one attempt left, and hand-offs that were lost meanwhile. */
export const failing = Array.from(
  { length: 14 },
  (_, place) => `PAGW-OUT-${String(place + 1).padStart(2, '0')}`,
);
export const lost = ['PAGW-LOST-1', 'PAGW-LOST-2'];

/** The payer at three in the morning: what the services do, minute by minute, while somebody acts. */
export class CarelonOutage {
  readonly queue = openRetryQueue();
  /** Bodies of the notifications, in order. */
  readonly notified: string[] = [];
  readonly #db: TestDatabase;

  constructor(db: TestDatabase) {
    this.#db = db;
  }

  at(minute: number): Date {
    return afterMinutes(start, minute);
  }

  async begin(): Promise<void> {
    for (const pagwId of failing)
      await this.#record(pagwId, 0, 'DOWNSTREAM_TIMEOUT', {
        ...{ errorCode: 'API_TIMEOUT', attempt: 4, metadata: carelon },
        ...{ retryable: true, nextRetryAt: this.at(6).toISOString() },
      });
    for (const pagwId of lost) await this.#record(pagwId, 0, 'ENRICH_OK');
  }

  /** A minute of the flows: batches and retries go out, what is stuck is judged and notified of. */
  async flows(minute: number, onNotified: (body: string) => void = () => undefined): Promise<void> {
    const { database } = this.#db;
    const now = this.at(minute);
    const options = {
      database,
      sqs: this.queue.sqs,
      queues: () => 'https://sqs.us-east-1.amazonaws.com/1/pagw-retries.fifo',
      policy: defaultRetryPolicy,
      now: () => now,
      leaseSeconds: 300,
      batchSize: 50,
      mayGoOn: () => true,
    };
    await stepRetryBatches(database, now, 1_000);
    await runResends(options);
    await runRetries(options);
    await runStuckAlarm(database, {
      now,
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      measureLag: async () => ({ waiting: 0, seconds: 0 }),
      publish: async ({ body }) => {
        this.notified.push(body);
        onNotified(body);
      },
    });
  }

  /** Half of the retries are answered; the others fail their last attempt. */
  async halfRecover(minute: number): Promise<void> {
    for (const [place, pagwId] of failing.entries())
      if (place < failing.length / 2) await this.answer([pagwId], minute);
      else
        await this.#record(pagwId, minute, 'DOWNSTREAM_TIMEOUT', {
          ...{ errorCode: 'API_TIMEOUT', attempt: 5, metadata: carelon, retryable: true },
        });
  }

  /** What was sent on again is worked on to its answer. */
  async takeResent(minute: number): Promise<void> {
    for (const pagwId of lost) {
      await this.#record(pagwId, minute, 'CONVERT_START');
      await this.#record(pagwId, minute, 'CONVERT_OK');
    }
    await this.answer(lost, minute);
  }

  async answer(pagwIds: readonly string[], minute: number): Promise<void> {
    for (const pagwId of pagwIds) {
      await this.#record(pagwId, minute, 'DOWNSTREAM_OK', { metadata: carelon });
      await this.#record(pagwId, minute, 'RESPONSE_OK', { metadata: { outcome: 'approved' } });
    }
  }

  #record(pagwId: string, minute: number, eventType: string, fields: StepFields = {}): Promise<void> {
    return recordHistory(this.#db.database, { pagwId, tenant: 'anthem' }, start, [
      [minute, eventType, fields],
    ]);
  }
}
