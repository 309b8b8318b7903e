import type { Database } from '../database.ts';

/** Notes that the detector ran, since when ingest lags, and whether verdicts had to wait for it. */
export async function recordCheck(
  database: Database,
  now: Date,
  lag: { heldBack: boolean; laggingSince: Date | null; lagSeconds: number },
): Promise<void> {
  await database.execute(
    `INSERT INTO stuck_check AS last (checked_at, held_back_since, lagging_since, lag_seconds)
     VALUES (
         CASE WHEN NOT :held_back THEN :now::timestamptz END,
         CASE WHEN :held_back THEN :now::timestamptz END,
         :lagging_since::timestamptz,
         :lag_seconds
       )
     ON CONFLICT (only_row) DO UPDATE SET
       -- A run that held back has checked nothing.
       checked_at = CASE WHEN :held_back THEN last.checked_at ELSE greatest(last.checked_at, excluded.checked_at) END,
       held_back_since = CASE WHEN :held_back THEN coalesce(last.held_back_since, excluded.held_back_since) END,
       lagging_since = excluded.lagging_since,
       lag_seconds = excluded.lag_seconds`,
    {
      now,
      held_back: lag.heldBack,
      lagging_since: lag.laggingSince,
      lag_seconds: Math.round(lag.lagSeconds),
    },
  );
}
