import type { Database } from '../database.ts';
import { SUMMARY_FROZEN_AFTER_DAYS } from './refresh-summary.ts';

const DAY_MS = 86_400_000;

/**
 * Requests closed and without another event since then may be compacted or archived after `afterDays`. Undefined, or
 * earlier, while the summary lags behind: what is not rolled up yet must stay as it is.
 */
export async function quietSince(
  database: Database,
  now: Date,
  afterDays: number,
): Promise<Date | undefined> {
  const { rows } = await database.execute<{ refreshedAt: Date | null }>(
    'SELECT refreshed_at FROM event_summary_progress',
  );
  const refreshedAt = rows[0]?.refreshedAt;
  if (refreshedAt == null) return undefined;
  return new Date(
    Math.min(now.getTime() - afterDays * DAY_MS, refreshedAt.getTime() - SUMMARY_FROZEN_AFTER_DAYS * DAY_MS),
  );
}
