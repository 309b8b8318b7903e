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
  sender?: string;
  group?: string;
  messageId?: string;
  receiptHandle?: string;
  sentAt?: Date;
  firstReceivedAt?: Date;
  /** How often it was delivered, this time included. */
  receives?: number;
}

/** What Lambda hands over for messages of the FIFO queue; a body that is no string is sent as its JSON. */
export function sqsEvent(...messages: Sent[]): SQSEvent {
  return { Records: messages.map(sqsRecord) };
}

function sqsRecord({
  body,
  sender = 'sender',
  group = 'group',
  messageId = randomUUID(),
  receiptHandle = 'handle',
  sentAt = new Date(),
  firstReceivedAt = sentAt,
  receives = 1,
}: Sent): SQSRecord {
  return {
    messageId,
    receiptHandle,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt.getTime()),
      SenderId: sender,
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt.getTime()),
      MessageGroupId: group,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:pagw-events.fifo',
    awsRegion: 'us-east-1',
  };
}
