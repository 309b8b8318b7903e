import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Takes all messages off a queue: one field of their events by message group, in order. */
export async function drainQueue(
  sqs: SQSClient,
  queueUrl: string,
  field: string,
): Promise<Record<string, unknown[]>> {
  const values: Record<string, unknown[]> = {};
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    if (Messages.length === 0) return values;
    for (const { Body = '', Attributes, ReceiptHandle } of Messages) {
      const events = [JSON.parse(Body)].flat() as Record<string, unknown>[];
      const group = Attributes?.MessageGroupId ?? '';
      values[group] = [...(values[group] ?? []), ...events.map((event) => event[field])];
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}
