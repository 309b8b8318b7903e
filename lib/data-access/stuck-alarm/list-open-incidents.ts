import type { IncidentCause } from '../../domain/incident-cause.ts';
import type { OpenIncident } from '../../domain/incident-rules.ts';
import type { Database } from '../database.ts';
import { type BoundedRows, readBounded } from '../page.ts';

export interface KeptIncident extends OpenIncident, IncidentCause {
  id: number;
  key: string;
  /** The change it was read at: a later change goes through only if there was none in between. */
  version: number;
  count: number;
  peakCount: number;
  oldestSince: Date;
}

const PAGE_INCIDENTS = 1_000;

/** The open incidents of a tenant or of all, the oldest first; up to `most`. */
export async function listOpenIncidents(
  database: Database,
  tenant: string | null = null,
  most = Number.POSITIVE_INFINITY,
): Promise<KeptIncident[]> {
  const incidents: KeptIncident[] = [];
  for (;;) {
    const { rows, cut } = await readOpenIncidents(database, tenant, incidents.at(-1)?.id ?? 0);
    incidents.push(...rows);
    if (incidents.length >= most) return incidents.slice(0, most);
    if (!cut && rows.length < PAGE_INCIDENTS) return incidents;
  }
}

function readOpenIncidents(
  database: Database,
  tenant: string | null,
  afterId: number,
): Promise<BoundedRows<KeptIncident>> {
  return readBounded(
    database,
    `SELECT
       id, key, version, tenant, stage, reason, error_code, target_system, opened_at, seen_at, level, count, peak_count,
       oldest_since, told_at, told_count, told_level, reminders_told, snoozed_until, trend_count, trend_at
     FROM incident
     WHERE closed_at IS NULL AND (:tenant::text IS NULL OR tenant = :tenant) AND id > :after_id
     ORDER BY id
     LIMIT :limit`,
    { tenant, after_id: afterId, limit: PAGE_INCIDENTS },
  );
}
