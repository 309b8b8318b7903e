import type { SQSClient } from '@aws-sdk/client-sqs';
import { Pool } from 'pg';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { runRetries } from '../../../lib/flows/retry/run-retries.ts';
import type { OpenedDatabase } from '../../server/open-databases.ts';
import { type Contestant, WORKERS } from '../contestant.ts';
import { dueFailures } from './due-failures.ts';

/** As the Lambda has it. */
const BATCH_SIZE = 250;

/** A queue that takes everything at once, so that the figures are the database's and the product's. */
const sqs = {
  send: async ({ input }: { input: { Entries: { Id: string }[] } }) => ({ Successful: input.Entries }),
} as unknown as SQSClient;

/** Ours: claim, build the commands, settle with an event each, over either way to the database. */
export function retriesOver(
  { database, close }: OpenedDatabase,
  connectionString: string,
  workers = WORKERS,
): Contestant {
  const pool = new Pool({ connectionString, max: 1 });
  const run = () =>
    runRetries({
      database,
      sqs,
      queues: () => 'queue',
      policy: defaultRetryPolicy,
      now: () => new Date(),
      leaseSeconds: 300,
      batchSize: BATCH_SIZE,
      mayGoOn: () => true,
    });
  return {
    ...dueFailures(pool),
    work: async () => {
      const runs = await Promise.all(Array.from({ length: workers }, run));
      return runs.reduce((sum, { counts }) => sum + counts.dispatched, 0);
    },
    close: async () => {
      await close();
      await pool.end();
    },
  };
}
