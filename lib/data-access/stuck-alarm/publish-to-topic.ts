import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { printable } from '../../domain/printable-text.ts';
import type { Publish } from './send-notifications.ts';

/** Publishes to an SNS topic. Attributes let subscribers filter by level, and pagers de-duplicate by the incident's key. */
export function publishToTopic(client: SNSClient, topicArn: string): Publish {
  return ({ id, key, tenant, stage, reason, kind, level, subject, body }) => {
    const text = (value: string) => ({ DataType: 'String', StringValue: printable(value) });
    return client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: body,
        MessageAttributes: {
          incidentKey: text(key),
          notificationId: text(String(id)),
          kind: text(kind),
          level: text(level),
          tenant: text(tenant),
          stage: text(stage),
          reason: text(reason),
        },
      }),
    );
  };
}
