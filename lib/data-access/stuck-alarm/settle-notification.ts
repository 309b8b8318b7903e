import type { Database } from '../database.ts';

/** Marks a claimed notification as sent, or, when it could not be sent, gives it free for the next run. */
export async function settleNotification(
  database: Database,
  id: number,
  sent: boolean,
  now: Date,
): Promise<void> {
  await database.execute(
    `UPDATE incident_notification
     SET sent_at = CASE WHEN :sent THEN :now::timestamptz END,
         claimed_until = NULL
     WHERE id = :id AND sent_at IS NULL`,
    { id, sent, now },
  );
}
