import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Database } from '../../data-access/database.ts';
import {
  type ClaimedNotification,
  claimNotifications,
  NOTIFICATION_LEASE_SECONDS,
  settleNotification,
} from '../../data-access/notifications.ts';
import { printable } from '../../domain/printable-text.ts';
import { withPatience } from '../../runtime/patience.ts';

/** Hands one notification to whoever is on call; rejects when it was not taken. */
export type Publish = (notification: ClaimedNotification) => Promise<unknown>;

export interface SendCounts {
  sent: number;
  failed: number;
}

const PAGE_SIZE = 20;

/**
 * Sends the notifications due. At least once: a run that dies between sending and marking lets the next one send
 * again, with the same incident key and notification id.
 */
export async function sendNotifications(
  database: Database,
  publish: Publish,
  now: Date,
  onSent: (notification: ClaimedNotification) => void = () => undefined,
  maySend: () => boolean = () => true,
): Promise<SendCounts> {
  const counts = { sent: 0, failed: 0 };
  while (maySend()) {
    const claimed = await claimNotifications(database, PAGE_SIZE, NOTIFICATION_LEASE_SECONDS, now);
    for (const notification of claimed) {
      // Where a slow topic has taken the time, the rest of the page is the next run's.
      const sent =
        maySend() &&
        (await publish(notification).then(
          () => true,
          () => false,
        ));
      await settleNotification(database, notification.id, sent, now);
      counts[sent ? 'sent' : 'failed'] += 1;
      if (sent) onSent(notification);
    }
    // Where one failed, the rest would meet the same topic: the next run goes on.
    if (claimed.length < PAGE_SIZE || counts.failed > 0) break;
  }
  return counts;
}

/** Publishes to an SNS topic. Attributes let subscribers filter by level, and pagers de-duplicate by the incident's key. */
export function publishToTopic(client: SNSClient, topicArn: string): Publish {
  return ({ id, key, tenant, tenants, stage, reason, kind, level, subject, body }) => {
    const text = (value: string) => ({ DataType: 'String', StringValue: printable(value) });
    // A subscription's filter by tenant matches any of a list.
    const list = { DataType: 'String.Array', StringValue: JSON.stringify(tenants.map(printable)) };
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
          tenant: tenants.length > 1 ? list : text(tenant),
          stage: text(stage),
          reason: text(reason),
        },
      }),
      withPatience(),
    );
  };
}
