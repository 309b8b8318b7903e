import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { EVENTS_QUEUE, LOCAL_ACCOUNT } from '../../../lib/local/local-environment.ts';
import { startQueueServer } from '../../../lib/local/queues/queue-server.ts';
import { freePort } from '../../support/free-port.ts';

/** The project's own queue in a local SQS, which can be taken away and given back. */
export interface LocalEventsQueue {
  sqs: SQSClient;
  queueUrl: string;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  remove(): Promise<void>;
}

export async function openLocalEventsQueue(): Promise<LocalEventsQueue> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-client-'));
  const port = await freePort();
  let server = await startQueueServer({ port, dataDirectory });
  return {
    get sqs() {
      return server.sqs;
    },
    queueUrl: `${server.endpoint}/${LOCAL_ACCOUNT}/${EVENTS_QUEUE}`,
    goAway: () => server.stop(),
    comeBack: async () => {
      server = await startQueueServer({ port, dataDirectory });
    },
    remove: async () => {
      await server.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
