import type { Database } from '../database.ts';

export interface RecentGrowth {
  /** Up to when the roll-up knows; null before its first run. */
  refreshedAt: Date | null;
  eventsLastDay: number;
  eventsLastWeek: number;
}

/** Events recorded in the last day and week, from the hourly roll-up: it costs the same whatever the history holds. */
export async function readRecentGrowth(database: Database, now: Date): Promise<RecentGrowth> {
  const { rows } = await database.execute<RecentGrowth>(
    `SELECT
       (SELECT refreshed_at FROM event_summary_progress) AS refreshed_at,
       coalesce(sum(event_count) FILTER (WHERE hour >= :now::timestamptz - interval '1 day'), 0)::bigint AS events_last_day,
       coalesce(sum(event_count), 0)::bigint AS events_last_week
     FROM event_tracker_summary
     WHERE hour >= :now::timestamptz - interval '7 days'`,
    { now },
  );
  return rows[0] ?? { refreshedAt: null, eventsLastDay: 0, eventsLastWeek: 0 };
}
