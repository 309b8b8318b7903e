import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { readMessage } from '../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { recordCanary } from '../../lib/flows/ingest/record-events.ts';
import { localCanary } from '../../lib/local/health-checks.ts';
import type { LocalClock } from '../../lib/local/local-clock.ts';
import { databaseOfFile } from '../support/database.ts';
import { lambdaContext } from '../support/lambda.ts';

const db = await databaseOfFile();

test('a canary is sent every five minutes of the local clock, and its fate is told', async () => {
  let now = new Date('2026-03-08T12:00:00Z');
  const sent: string[] = [];
  const sqs = {
    send: async ({ input }: SendMessageCommand) => {
      sent.push(input.MessageBody ?? '');
    },
  } as unknown as SQSClient;
  const clock = { now: () => now } as LocalClock;
  const { flow, fate } = localCanary({ sqs, eventsQueueUrl: 'http://queue', database: db.database, clock });
  const round = () => flow.handler({}, lambdaContext('canary'));
  expect(await fate()).toBe('none sent yet');
  await round();
  expect(await fate()).toBe('on its way');
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
  const { events } = readMessage(sent[0] ?? '', { messageId: 'm', sentAt: now }, rules);
  for (const event of events) await recordCanary(db.database, event, now, now);
  now = new Date('2026-03-08T12:04:00Z');
  await round();
  expect(sent).toHaveLength(1);
  expect(await fate()).toBe('arrived 4m ago');
  now = new Date('2026-03-08T12:05:00Z');
  await round();
  expect(sent).toHaveLength(2);
});
