import type { IncidentCause } from '../../domain/incident-cause.ts';
import type { OpenIncident } from '../../domain/incident-rules.ts';
import type { Database } from '../database.ts';

export interface KeptIncident extends OpenIncident, IncidentCause {
  id: number;
  key: string;
  /** The change it was read at: a later change goes through only if there was none in between. */
  version: number;
  count: number;
  peakCount: number;
  oldestSince: Date;
}

export async function listOpenIncidents(database: Database): Promise<KeptIncident[]> {
  const { rows } = await database.execute<KeptIncident>(
    `SELECT
       id, key, version, tenant, stage, reason, error_code, target_system, opened_at, seen_at, level, count, peak_count,
       oldest_since, told_at, told_count, told_level, reminders_told, snoozed_until, trend_count, trend_at
     FROM incident
     WHERE closed_at IS NULL
     ORDER BY id`,
  );
  return rows;
}
