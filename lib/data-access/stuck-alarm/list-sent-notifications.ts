import type { Database } from '../database.ts';
import { readBounded } from '../page.ts';

export interface SentNotification {
  id: number;
  body: string;
  sentAt: Date;
}

/** What was told after the notification `afterId`, in the order it was written. */
export async function listSentNotifications(
  database: Database,
  afterId: number,
  limit: number,
): Promise<SentNotification[]> {
  const { rows } = await readBounded<SentNotification>(
    database,
    `SELECT id, body, sent_at
     FROM incident_notification
     WHERE id > :after_id AND sent_at IS NOT NULL
     ORDER BY id
     LIMIT :limit`,
    { after_id: afterId, limit },
  );
  return rows;
}
