import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalClock, openLocalClock } from '../../../lib/local/local-clock.ts';
import { EVENTS_QUEUE, localAddresses, queueArn } from '../../../lib/local/local-environment.ts';
import { type QueueHandler, type QueuePump, startQueuePump } from '../../../lib/local/queues/queue-pump.ts';
import { type QueueServer, startQueueServer } from '../../../lib/local/queues/queue-server.ts';
import { findFreePorts } from '../free-ports.ts';

let dataDirectory: string;
let server: QueueServer;
let clock: LocalClock;
let eventsQueueUrl: string;
let deadLetterQueueUrl: string;
let pump: QueuePump | undefined;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-pump-'));
  const port = await findFreePorts(4);
  ({ eventsQueueUrl, deadLetterQueueUrl } = localAddresses(port));
  server = await startQueueServer({ port: port + 2, dataDirectory });
  clock = await openLocalClock(join(dataDirectory, 'clock.json'));
});

afterEach(async () => {
  await pump?.stop();
  pump = undefined;
  await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function send(group: string, body: string): Promise<void> {
  await server.sqs.send(
    new SendMessageCommand({
      QueueUrl: eventsQueueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: `${group}-${body}`,
    }),
  );
}

function start(handler: QueueHandler): QueuePump {
  pump = startQueuePump({
    sqs: server.sqs,
    queueUrl: eventsQueueUrl,
    queueArn: queueArn(EVENTS_QUEUE),
    functionName: 'ingest',
    openHandler: () => handler,
    clock,
  });
  return pump;
}

/** Runs the pump until `isDone`, which sees every record the handler was given, says so. */
function pumpUntil(
  isDone: (records: SQSRecord[]) => boolean,
  judge: (event: SQSEvent) => string[] = () => [],
): Promise<SQSRecord[]> {
  const seen: SQSRecord[] = [];
  return new Promise((settle) => {
    start(async (event) => {
      seen.push(...event.Records);
      if (isDone(seen)) settle(seen);
      return { batchItemFailures: judge(event).map((itemIdentifier) => ({ itemIdentifier })) };
    });
  });
}

async function remaining(queueUrl: string): Promise<number> {
  const { Attributes = {} } = await server.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

async function receiveAgainAfter(VisibilityTimeout: number, maxReceiveCount: number): Promise<void> {
  const deadLetterTargetArn = queueArn('pagw-events-dlq.fifo');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  const Attributes = { VisibilityTimeout: String(VisibilityTimeout), RedrivePolicy };
  await server.sqs.send(new SetQueueAttributesCommand({ QueueUrl: eventsQueueUrl, Attributes }));
}

describe('the pump', () => {
  it('delivers each message once, in the order of its group, at most ten at a time', async () => {
    const groups = Array.from({ length: 13 }, (_, group) => `PAGW-${group}`);
    for (const body of ['1', '2', '3']) for (const group of groups) await send(group, body);
    const sizes: number[] = [];
    const records = await pumpUntil(
      (seen) => seen.length >= 39,
      (event) => {
        sizes.push(event.Records.length);
        return [];
      },
    );
    for (const group of groups) {
      const bodies = records.filter((record) => record.attributes.MessageGroupId === group);
      expect(bodies.map((record) => record.body)).toEqual(['1', '2', '3']);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    await pump?.stop();
    expect(await remaining(eventsQueueUrl)).toBe(0);
  });

  it('gives a handler what Lambda gives it', async () => {
    await send('PAGW-1', 'hello');
    const [record] = await pumpUntil((seen) => seen.length > 0);
    expect(record).toMatchObject({
      body: 'hello',
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn(EVENTS_QUEUE),
      awsRegion: 'us-east-1',
      attributes: {
        MessageGroupId: 'PAGW-1',
        ApproximateReceiveCount: '1',
        SequenceNumber: expect.any(String),
      },
    });
  });

  it('leaves what failed, holding back its successors, and deletes the rest', async () => {
    for (const body of ['1', '2']) await send('PAGW-BAD', body);
    for (const body of ['1', '2']) await send('PAGW-GOOD', body);
    const records = await pumpUntil(
      (seen) => seen.filter((record) => record.attributes.MessageGroupId === 'PAGW-GOOD').length === 2,
      (event) =>
        event.Records.filter((record) => record.attributes.MessageGroupId === 'PAGW-BAD').map(
          (record) => record.messageId,
        ),
    );
    await pump?.stop();
    expect(records.filter((record) => record.attributes.MessageGroupId === 'PAGW-BAD')).toHaveLength(1);
    expect(await remaining(eventsQueueUrl)).toBe(2);
  });

  it('sets aside what fails every time, and then goes on with the successors', async () => {
    await receiveAgainAfter(1, 1);
    for (const body of ['poison', 'next']) await send('PAGW-1', body);
    await pumpUntil(
      (seen) => seen.some((record) => record.body === 'next'),
      (event) => event.Records.filter((record) => record.body === 'poison').map((record) => record.messageId),
    );
    const { Messages } = await server.sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl }));
    expect(Messages?.map((message) => message.Body)).toEqual(['poison']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    ['reports a failure without naming it', async () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
  ])('keeps the whole batch when the handler %s', async (_, handler: QueueHandler) => {
    await send('PAGW-1', '1');
    await send('PAGW-2', '1');
    await new Promise<void>((settle) => {
      let records = 0;
      start(async (event, context) => {
        records += event.Records.length;
        if (records === 2) settle();
        return handler(event, context);
      });
    });
    await pump?.stop();
    expect(await remaining(eventsQueueUrl)).toBe(2);
  });

  it('tells messages sent now as sent at the local clock’s time', async () => {
    await clock.advance(86_400);
    await send('PAGW-1', '1');
    const [record] = await pumpUntil((seen) => seen.length > 0);
    const ahead = Number(record?.attributes.SentTimestamp) - Date.now();
    expect(Math.round(ahead / 3_600_000)).toBe(24);
  });
});
