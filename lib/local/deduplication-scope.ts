import type { BuildAppOptions, buildApp } from 'fauxqs';

type SqsStore = NonNullable<BuildAppOptions['stores']>['sqsStore'];

/** Stands between group and id; AWS allows it in neither. */
const SEPARATOR = '\n';

interface SentMessage {
  MessageGroupId?: unknown;
  MessageDeduplicationId?: unknown;
}

interface SendRequest extends SentMessage {
  QueueUrl?: unknown;
  /** Of SendMessageBatch. */
  Entries?: SentMessage[];
}

interface ReceiveResponse {
  Messages?: { Attributes?: { MessageDeduplicationId?: string } }[];
}

/**
 * fauxqs 2.4.1 keeps the attribute DeduplicationScope and looks for an id in the whole queue: of two requests' messages
 * with one id the second would be lost. Where the scope is `messageGroup` the id is therefore kept together with its
 * group, whoever sends it; receivers are told the id alone.
 */
export function scopeDeduplication(app: ReturnType<typeof buildApp>, store: SqsStore): void {
  app.addHook('preHandler', async ({ headers, body }) => {
    if (!/^AmazonSQS\.SendMessage(Batch)?$/.test(String(headers['x-amz-target']))) return;
    const request = (body ?? {}) as SendRequest;
    if (typeof request.QueueUrl !== 'string') return;
    if (store.getQueue(request.QueueUrl)?.attributes.DeduplicationScope !== 'messageGroup') return;
    for (const message of Array.isArray(request.Entries) ? request.Entries : [request]) {
      const { MessageGroupId: group, MessageDeduplicationId: id } = message;
      if (typeof group === 'string' && typeof id === 'string') {
        message.MessageDeduplicationId = `${group}${SEPARATOR}${id}`;
      }
    }
  });
  app.addHook('preSerialization', async ({ headers }, _reply, payload) => {
    if (headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return payload;
    for (const { Attributes: attributes } of (payload as ReceiveResponse).Messages ?? []) {
      const id = attributes?.MessageDeduplicationId;
      if (id !== undefined && attributes !== undefined) {
        attributes.MessageDeduplicationId = id.slice(id.lastIndexOf(SEPARATOR) + 1);
      }
    }
    return payload;
  });
}
