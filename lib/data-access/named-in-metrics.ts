import { canonicalTenant, stages } from '../domain/event-catalogue.ts';
import { OTHER } from '../domain/words.ts';
import type { Database, SqlValues } from './database.ts';

/** `tenant` as metrics name it: itself where it is one of `:tenants`, else OTHER. */
export function tenantInMetrics(column: string): string {
  return `CASE WHEN ${column} IN (SELECT json_array_elements_text(:tenants::json)) THEN ${column} ELSE '${OTHER}' END`;
}

/** `stage` as metrics name it: itself where it is of the catalogue, else OTHER. */
export function stageInMetrics(column: string): string {
  return `CASE WHEN ${column} IN (SELECT json_array_elements_text(:stages::json)) THEN ${column} ELSE '${OTHER}' END`;
}

/** The values of both. */
export function namedValues(tenants: Iterable<string>): SqlValues {
  return { tenants: JSON.stringify([...tenants]), stages: JSON.stringify(stages) };
}

/** What a measurement is of; `name` is null for all. */
export interface NamedInMetrics {
  dimension: 'tenant' | 'stage' | null;
  name: string | null;
}

/** Each is nine metrics of its own, at a price by name. */
export const MOST_METRIC_TENANTS = 100;

/**
 * The tenants that metrics name, at most 100: those of the settings, then those that were first on the watch list. Who has a
 * place keeps it, so that made-up tenants push nobody out.
 */
export async function metricTenants(database: Database, named: readonly string[]): Promise<Set<string>> {
  await database.execute(
    `WITH missing AS (
       SELECT tenant, row_number() OVER (ORDER BY min(created_at), tenant) AS turn
       FROM request_tracker
       WHERE watched
         AND tenant NOT IN (SELECT tenant FROM metric_tenant)
         AND (SELECT count(*) FROM metric_tenant) < :most
       GROUP BY tenant
       ORDER BY min(created_at), tenant
       LIMIT :most
     )
     INSERT INTO metric_tenant (place, tenant)
     SELECT (SELECT count(*) FROM metric_tenant) + turn, tenant
     FROM missing
     WHERE (SELECT count(*) FROM metric_tenant) + turn <= :most
     ON CONFLICT DO NOTHING`,
    { most: MOST_METRIC_TENANTS },
  );
  // After it: another run at that moment gives the places, too, and this statement alone sees what it gave.
  const { rows } = await database.execute<{ tenant: string }>(
    'SELECT tenant FROM metric_tenant ORDER BY place',
  );
  const first = named.flatMap((name) => canonicalTenant(name) ?? []);
  return new Set([...new Set([...first, ...rows.map(({ tenant }) => tenant)])].slice(0, MOST_METRIC_TENANTS));
}
