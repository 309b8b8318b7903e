import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { EventTrackerClientOptions } from '../../lib/client/event-tracker-client.ts';
import type { StageError } from '../../lib/client/stage-event.ts';
import {
  EVENTS_QUEUE,
  LOCAL_ACCOUNT,
  LOCAL_CREDENTIALS,
  LOCAL_REGION,
} from '../../lib/local/local-environment.ts';
import { startQueueServer } from '../../lib/local/queues/queue-server.ts';
import { freePort } from '../server/free-port.ts';

/** A queue and calls as a service may meet them; `close` ends what the queue needs. */
export interface Situation {
  name: string;
  open(): Promise<{ options: EventTrackerClientOptions; close: () => Promise<void> }>;
  call(number: number): StageError;
  /** Whether every call is to be delivered. */
  delivers: boolean;
}

const usual = (number: number): StageError => ({
  pagwId: `PAGW-20251226-${number % 200}`,
  stage: 'PARSER',
  eventType: 'PARSE_OK',
  durationMs: 3471,
  metadata: {
    attachmentCount: 0,
    hasAttachments: false,
    diagnosisCount: 3,
    procedureCount: 5,
    hasUrgent: false,
  },
});
const largest = { items: Array.from({ length: 1_500 }, (_, number) => number + 1_000_000) };
const stackTrace = 'java.lang.IllegalStateException: no route\n\tat org.example.Connector.send\n'.repeat(
  12_000,
);

export const situations: readonly Situation[] = [
  { name: 'queue answers', open: liveQueue, call: usual, delivers: true },
  { name: 'queue slow (200 ms an answer)', open: slowQueue, call: usual, delivers: true },
  { name: 'queue dead (connection refused)', open: () => deadQueue(), call: usual, delivers: false },
  {
    name: 'buffer full (100 events)',
    open: () => deadQueue({ bufferLimit: 100 }),
    call: usual,
    delivers: false,
  },
  {
    name: 'metadata of 12 KiB',
    open: () => deadQueue(),
    call: (number) => ({ ...usual(number), metadata: largest }),
    delivers: false,
  },
  {
    name: 'error text of 900 KiB',
    open: () => deadQueue(),
    call: (number) => ({ ...usual(number), errorMessage: stackTrace }),
    delivers: false,
  },
  {
    name: 'metadata in a circle',
    open: () => deadQueue(),
    call: (number) => ({ ...usual(number), metadata: globalThis }),
    delivers: false,
  },
];

/** Every call is kept, so that no figure is flattered by cheap drops. */
const roomy = { bufferLimit: 100_000, bufferBytes: 2 ** 30 };

async function liveQueue() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-bench-client-'));
  const server = await startQueueServer({ port: await freePort(), dataDirectory });
  const queueUrl = `${server.endpoint}/${LOCAL_ACCOUNT}/${EVENTS_QUEUE}`;
  return {
    options: { queueUrl, sqs: server.sqs, tenant: 'anthem', ...roomy },
    close: async () => {
      await server.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function slowQueue() {
  const send = ({ input: { Entries = [] } }: SendMessageBatchCommand) =>
    new Promise((settle) =>
      setTimeout(settle, 200, { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] }),
    );
  const sqs = { send } as unknown as Pick<SQSClient, 'send'>;
  return {
    options: { queueUrl: 'http://slow.test/q', sqs, tenant: 'anthem', ...roomy },
    close: async () => undefined,
  };
}

async function deadQueue(limits: { bufferLimit?: number } = {}) {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const sqs = new SQSClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  return {
    options: { queueUrl: `${endpoint}/q`, sqs, tenant: 'anthem', ...roomy, ...limits },
    close: async () => sqs.destroy(),
  };
}
