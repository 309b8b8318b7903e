import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MOST_DELIVERIES } from '../../runtime/redelivery.ts';
import {
  ARCHIVE_BUCKET,
  DEAD_LETTER_QUEUE,
  EVENTS_QUEUE,
  INCIDENT_TOPIC,
  LOCAL_ACCOUNT,
  LOCAL_CREDENTIALS,
  LOCAL_REGION,
  QUARANTINE_BUCKET,
  queueArn,
  RETRY_QUEUE,
} from '../local-environment.ts';
import { startFauxqs } from './fauxqs-server.ts';

export interface QueueServerOptions {
  /** On 127.0.0.1 only. */
  port: number;
  /** Messages and objects are written here before a call is answered. */
  dataDirectory: string;
}

export interface QueueServer {
  endpoint: string;
  sqs: SQSClient;
  s3: S3Client;
  stop(): Promise<void>;
}

/** How long a message that was not deleted stays out of sight, unless its reader says otherwise. */
const VISIBILITY_SECONDS = 60;
const RETENTION_SECONDS = 14 * 24 * 3600;

const QUEUES: Record<string, Record<string, string>> = {
  [DEAD_LETTER_QUEUE]: { MessageRetentionPeriod: String(RETENTION_SECONDS) },
  [EVENTS_QUEUE]: {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    MessageRetentionPeriod: String(RETENTION_SECONDS),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: queueArn(DEAD_LETTER_QUEUE),
      maxReceiveCount: MOST_DELIVERIES,
    }),
  },
  [RETRY_QUEUE]: { VisibilityTimeout: String(VISIBILITY_SECONDS) },
};

/** Starts SQS, SNS and S3 with this project's queues, topic and buckets; what they held at the last stop, or kill, is there again. */
export async function startQueueServer(options: QueueServerOptions): Promise<QueueServer> {
  const file = join(options.dataDirectory, 'fauxqs.db');
  if (existsSync(file)) refreshRollUps(file, options.port);
  const server = await startFauxqs(options).catch((cause: unknown) => {
    throw new Error(`The queues could not be opened in ${options.dataDirectory}.`, { cause });
  });
  const clients = openClients(server.port);
  await createQueues(clients);
  await createTopic(clients.endpoint);
  return {
    ...clients,
    stop: async () => {
      clients.sqs.destroy();
      clients.s3.destroy();
      await server.stop();
    },
  };
}

/**
 * Two things fauxqs 2.4.1 keeps as they were: queue URLs with the port of the day they were made; and, after a kill, messages in the hands of a consumer that is gone,
 * which nobody would see until their time-out. Receive counts stay.
 */
function refreshRollUps(file: string, port: number): void {
  const database = new DatabaseSync(file);
  try {
    database
      .prepare('UPDATE sqs_queues SET url = ? || name')
      .run(`http://127.0.0.1:${port}/${LOCAL_ACCOUNT}/`);
    database.exec('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL');
  } finally {
    database.close();
  }
}

function openClients(port: number): { endpoint: string; sqs: SQSClient; s3: S3Client } {
  const endpoint = `http://127.0.0.1:${port}`;
  const config = { endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  return { endpoint, sqs: new SQSClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
}

/** CreateTopic answers with the topic that is there. */
async function createTopic(endpoint: string): Promise<void> {
  const sns = new SNSClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  await sns.send(new CreateTopicCommand({ Name: INCIDENT_TOPIC })).finally(() => sns.destroy());
}

/** CreateQueue answers with the queue that is there; its attributes are then set to today's. */
async function createQueues({ sqs, s3 }: { sqs: SQSClient; s3: S3Client }): Promise<void> {
  for (const [name, attributes] of Object.entries(QUEUES)) {
    const fifo = {
      FifoQueue: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: fifo }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  }
  for (const Bucket of [QUARANTINE_BUCKET, ARCHIVE_BUCKET]) {
    const missing = await s3.send(new HeadBucketCommand({ Bucket })).then(
      () => false,
      () => true,
    );
    if (missing) await s3.send(new CreateBucketCommand({ Bucket }));
  }
}
