import type { Database } from '../database.ts';
import { type ClaimedNotification, claimNotifications } from './claim-notifications.ts';
import { settleNotification } from './settle-notification.ts';

/** Hands one notification to whoever is on call; rejects when it was not taken. */
export type Publish = (notification: ClaimedNotification) => Promise<unknown>;

export interface SendCounts {
  sent: number;
  failed: number;
}

const PAGE_SIZE = 20;
/** Longer than a page takes to send even where each call runs into its time-out. */
export const NOTIFICATION_LEASE_SECONDS = 240;

/**
 * Sends what there is to tell. At least once: a run that dies between sending and marking lets the next one send
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
      const sent = await publish(notification).then(
        () => true,
        () => false,
      );
      await settleNotification(database, notification.id, sent, now);
      counts[sent ? 'sent' : 'failed'] += 1;
      if (sent) onSent(notification);
    }
    // Where one failed, the rest would meet the same topic: the next run goes on.
    if (claimed.length < PAGE_SIZE || counts.failed > 0) break;
  }
  return counts;
}
