import { stages } from '../domain/event-stages.ts';
import { OTHER } from '../domain/other-name.ts';
import type { SqlValues } from './database.ts';

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
export interface Measured {
  dimension: 'tenant' | 'stage' | null;
  name: string | null;
}
