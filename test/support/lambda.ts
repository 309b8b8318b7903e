import { randomUUID } from 'node:crypto';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** A Lambda context with five minutes left. */
export function lambdaContext(functionName: string): Context {
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'test',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => 300_000,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

export interface Sent {
  body: unknown;
  group?: string;
  messageId?: string;
  sentAt?: Date;
}

/** What Lambda hands over for messages of the FIFO queue; a body that is no string is sent as its JSON. */
export function sqsEvent(...messages: Sent[]): SQSEvent {
  return { Records: messages.map(sqsRecord) };
}

function sqsRecord({
  body,
  group = 'group',
  messageId = randomUUID(),
  sentAt = new Date(),
}: Sent): SQSRecord {
  return {
    messageId,
    receiptHandle: 'handle',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(sentAt.getTime()),
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: String(sentAt.getTime()),
      MessageGroupId: group,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:pagw-events.fifo',
    awsRegion: 'us-east-1',
  };
}
