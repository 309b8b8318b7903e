import type { SQSRecord } from 'aws-lambda';

/** A message as it came off the queue. */
export interface RawMessage {
  messageId: string;
  /** Messages of one group are taken in order; after one that is not done, the rest of its group waits. */
  groupId: string;
  body: string;
  /** The SQS SenderId: who put it on the queue, as AWS knows them. */
  sender: string | null;
  sentAt: Date;
}

/** A message is suspected of being refused for its own sake from its tenth delivery, four minutes after its first. */
const SUSPECT_FROM_DELIVERIES = 10;

export function toRawMessage(record: SQSRecord): RawMessage {
  const { MessageGroupId, SenderId, SentTimestamp } = record.attributes;
  return {
    messageId: record.messageId,
    groupId: MessageGroupId ?? record.messageId,
    body: record.body,
    sender: SenderId || null,
    sentAt: new Date(Number(SentTimestamp)),
  };
}

/** How often a message has been delivered, this time included. */
export function deliveriesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount) || 1;
}

/** Messages that failed often, while others, recorded since they first came, show that the database takes events. */
export function suspectsOf(records: readonly SQSRecord[], lastRecordedAt: Date | undefined): Set<string> {
  const suspects = records.filter(
    (record) =>
      deliveriesOf(record) >= SUSPECT_FROM_DELIVERIES &&
      Number(record.attributes.ApproximateFirstReceiveTimestamp) < Number(lastRecordedAt ?? 0),
  );
  return new Set(suspects.map(({ messageId }) => messageId));
}
