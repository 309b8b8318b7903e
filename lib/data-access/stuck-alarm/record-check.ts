import type { Database } from '../database.ts';

/** Notes that the detector ran, and whether it had to hold back because ingest lags. */
export async function recordCheck(
  database: Database,
  now: Date,
  { heldBack, lagSeconds }: { heldBack: boolean; lagSeconds: number },
): Promise<void> {
  await database.execute(
    `INSERT INTO stuck_check AS last (checked_at, held_back_since, lag_seconds)
     VALUES (
         CASE WHEN NOT :held_back THEN :now::timestamptz END,
         CASE WHEN :held_back THEN :now::timestamptz END,
         :lag_seconds
       )
     ON CONFLICT (only_row) DO UPDATE SET
       -- A run that held back has checked nothing.
       checked_at = CASE WHEN :held_back THEN last.checked_at ELSE greatest(last.checked_at, excluded.checked_at) END,
       held_back_since = CASE WHEN :held_back THEN coalesce(last.held_back_since, excluded.held_back_since) END,
       lag_seconds = excluded.lag_seconds`,
    { now, held_back: heldBack, lag_seconds: Math.round(lagSeconds) },
  );
}
