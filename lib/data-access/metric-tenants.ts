import { canonicalTenant } from '../domain/event-catalogue.ts';
import type { Database } from './database.ts';

/** Each is nine metrics of its own, at a price by name. */
export const MOST_METRIC_TENANTS = 100;

/**
 * The tenants that metrics name, at most 100: those of the settings, then those whose requests are open longest, so that
 * made-up tenants push nobody out.
 */
export async function metricTenants(database: Database, named: readonly string[]): Promise<Set<string>> {
  const { rows } = await database.execute<{ tenant: string }>(
    `SELECT tenant
     FROM request_tracker
     WHERE watched
     GROUP BY tenant
     ORDER BY min(created_at), tenant
     LIMIT :most`,
    { most: MOST_METRIC_TENANTS },
  );
  const kept = [
    ...new Set([
      ...named.flatMap((name) => canonicalTenant(name) ?? []),
      ...rows.map(({ tenant }) => tenant),
    ]),
  ];
  return new Set(kept.slice(0, MOST_METRIC_TENANTS));
}
