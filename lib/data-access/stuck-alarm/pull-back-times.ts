import { CLOCK_SKEW_SECONDS } from '../clock-skew.ts';
import type { Database } from '../database.ts';
import { NOTIFICATION_LEASE_SECONDS } from './send-notifications.ts';

/**
 * Takes back what a run with a clock far ahead wrote: its incidents could not be closed or reminded of, its claims would
 * keep their notifications unsent, and it put the next looks off.
 */
export async function pullBackTimes(database: Database, now: Date): Promise<void> {
  const values = { now, latest: new Date(now.getTime() + CLOCK_SKEW_SECONDS * 1_000) };
  await database.execute(
    `UPDATE incident
     SET opened_at = least(opened_at, :now::timestamptz),
         seen_at = least(seen_at, :now::timestamptz),
         trend_at = least(trend_at, :now::timestamptz),
         told_at = CASE WHEN told_at IS NOT NULL THEN least(told_at, :now::timestamptz) END,
         reminders_told = 0,
         version = version + 1
     WHERE closed_at IS NULL AND greatest(opened_at, seen_at, trend_at, told_at) > :latest::timestamptz`,
    values,
  );
  await database.execute(
    `UPDATE incident_notification
     SET claimed_until = NULL,
         written_at = least(written_at, :now::timestamptz)
     WHERE sent_at IS NULL
       AND superseded_at IS NULL
       AND (
         written_at > :latest::timestamptz
         OR claimed_until > :latest::timestamptz + :lease_seconds * interval '1 second'
       )`,
    { ...values, lease_seconds: NOTIFICATION_LEASE_SECONDS },
  );
  await database.execute(
    `WITH ahead AS (
       UPDATE stuck_check
       SET checked_at = CASE WHEN checked_at IS NOT NULL THEN least(checked_at, :now::timestamptz) END,
           held_back_since = CASE WHEN held_back_since IS NOT NULL THEN least(held_back_since, :now::timestamptz) END,
           lagging_since = CASE WHEN lagging_since IS NOT NULL THEN least(lagging_since, :now::timestamptz) END
       WHERE greatest(checked_at, held_back_since, lagging_since) > :latest::timestamptz
       RETURNING only_row
     )
     UPDATE request_tracker
     SET watch_at = :now::timestamptz
     WHERE watched AND watch_at > :now::timestamptz AND EXISTS (SELECT FROM ahead)`,
    values,
  );
}
