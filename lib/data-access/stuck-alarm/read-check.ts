import type { Database } from '../database.ts';

export interface LastCheck {
  /** Null when every run so far held back. */
  checkedAt: Date | null;
  /** Since when the detector holds back because ingest lags. */
  heldBackSince: Date | null;
  /** Since when ingest lags so far that the detector would hold back; it does so for a limited time. */
  laggingSince: Date | null;
  lagSeconds: number;
}

/** The detector's latest run; undefined when it never ran. */
export async function readCheck(database: Database): Promise<LastCheck | undefined> {
  const { rows } = await database.execute<LastCheck>(
    'SELECT checked_at, held_back_since, lagging_since, lag_seconds FROM stuck_check',
  );
  return rows[0];
}
