import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { LOCAL_REGION } from './local-aws.ts';

/**
 * The event Lambda makes of received messages.
 * @param aheadMilliseconds how far the local clock is ahead: what was just sent was sent "now", not days ago.
 */
export function toSqsEvent(messages: Message[], eventSourceARN: string, aheadMilliseconds: number): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, eventSourceARN, aheadMilliseconds)) };
}

function toRecord(message: Message, eventSourceARN: string, aheadMilliseconds: number): SQSRecord {
  const attributes = message.Attributes ?? {};
  const sentAt = Number(attributes.SentTimestamp ?? Date.now()) + aheadMilliseconds;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...attributes,
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? String(sentAt),
      SenderId: attributes.SenderId ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          dataType: value.DataType === 'Binary' || value.DataType === 'Number' ? value.DataType : 'String',
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: LOCAL_REGION,
  };
}
