import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DEAD_LETTER_QUEUE,
  EVENTS_QUEUE,
  QUARANTINE_BUCKET,
  RETRY_QUEUE,
} from '../../../lib/local/local-environment.ts';
import { type QueueServer, startQueueServer } from '../../../lib/local/queues/queue-server.ts';
import { findFreePorts } from '../free-ports.ts';

/** As other machines know this one; a call to it does not come over the loopback interface. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let dataDirectory: string;
let server: QueueServer;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-queues-'));
  await start();
});

afterEach(async () => {
  await server.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  port = await findFreePorts(1);
  server = await startQueueServer({ port, dataDirectory });
}

async function restart(): Promise<void> {
  await server.stop();
  await start();
}

async function urlOf(name: string): Promise<string> {
  return (await server.sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
}

async function send(body: string, group = 'PAGW-1'): Promise<void> {
  const identity = { MessageGroupId: group, MessageDeduplicationId: body };
  await server.sqs.send(
    new SendMessageCommand({ QueueUrl: await urlOf(EVENTS_QUEUE), MessageBody: body, ...identity }),
  );
}

async function receive(): Promise<string[]> {
  const { Messages = [] } = await server.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: await urlOf(EVENTS_QUEUE), MaxNumberOfMessages: 10 }),
  );
  return Messages.map((message) => message.Body ?? '');
}

describe('the local queues', () => {
  it('have URLs of the port they listen on now, after a move to another port too', async () => {
    expect(await urlOf(EVENTS_QUEUE)).toBe(`http://127.0.0.1:${port}/000000000000/${EVENTS_QUEUE}`);
    const before = port;
    await restart();
    expect(port).not.toBe(before);
    expect(await urlOf(RETRY_QUEUE)).toBe(`http://127.0.0.1:${port}/000000000000/${RETRY_QUEUE}`);
  });

  it('set aside what is received too often', async () => {
    const { Attributes } = await server.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: await urlOf(EVENTS_QUEUE), AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({ FifoQueue: 'true', DeduplicationScope: 'messageGroup' });
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toMatchObject({
      deadLetterTargetArn: expect.stringContaining(DEAD_LETTER_QUEUE),
    });
  });

  it('hold over a restart what was not deleted, in order, and offer at once what a gone consumer held', async () => {
    for (const body of ['1', '2', '3']) await send(body);
    expect(await receive()).toEqual(['1']);
    expect(await receive()).toEqual([]);
    await restart();
    expect(await receive()).toEqual(['1']);
  });

  it('write what a call does before they answer it', async () => {
    const file = new DatabaseSync(join(dataDirectory, 'fauxqs.db'), { readOnly: true });
    const rows = () =>
      file.prepare('SELECT body, receipt_handle IS NULL AS waits FROM sqs_messages ORDER BY body').all();
    const QueueUrl = await urlOf(EVENTS_QUEUE);
    try {
      await send('1', 'PAGW-1');
      await send('2', 'PAGW-2');
      expect(rows()).toMatchObject([
        { body: '1', waits: 1 },
        { body: '2', waits: 1 },
      ]);
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages: [first] = [] } = await server.sqs.send(command);
      expect(rows()).toMatchObject([
        { body: '1', waits: 0 },
        { body: '2', waits: 0 },
      ]);
      await server.sqs.send(
        new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle ?? '' }),
      );
      expect(rows()).toMatchObject([{ body: '2' }]);
    } finally {
      file.close();
    }
  });

  it('take one id in two groups for two messages, of any client, and tell receivers the id as it was sent', async () => {
    const QueueUrl = await urlOf(EVENTS_QUEUE);
    const message = (group: string, body: string) => ({
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: 'evt-77',
    });
    const send = async (group: string, body: string) =>
      (await server.sqs.send(new SendMessageCommand({ QueueUrl, ...message(group, body) }))).MessageId;
    const first = await send('PAGW-1', 'one');
    expect(await send('PAGW-1', 'one again')).toBe(first);
    expect(await send('PAGW-2', 'two')).not.toBe(first);
    const batch = [
      { Id: '0', ...message('PAGW-2', 'two again') },
      { Id: '1', ...message('PAGW-3', 'three') },
    ];
    await server.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: batch }));
    const { Messages = [] } = await server.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    expect(
      Messages.map(({ Body, Attributes }) => [
        Body,
        Attributes?.MessageGroupId,
        Attributes?.MessageDeduplicationId,
      ]),
    ).toEqual([
      ['one', 'PAGW-1', 'evt-77'],
      ['two', 'PAGW-2', 'evt-77'],
      ['three', 'PAGW-3', 'evt-77'],
    ]);
  });

  it('keep objects over a restart', async () => {
    const object = { Bucket: QUARANTINE_BUCKET, Key: 'anthem/2025/12/26/message.json' };
    await server.s3.send(new PutObjectCommand({ ...object, Body: 'not JSON' }));
    await restart();
    const { Body } = await server.s3.send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('not JSON');
  });

  it.skipIf(ownAddress === undefined)('answer nobody from another machine', async () => {
    await expect(fetch(`http://127.0.0.1:${port}/health`)).resolves.toMatchObject({ status: 200 });
    await expect(fetch(`http://${ownAddress}:${port}/health`)).rejects.toThrow();
  });
});
