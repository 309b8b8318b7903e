import { stages } from '../../domain/event-stages.ts';
import { OTHER } from '../../domain/other-name.ts';
import type { Measured } from '../named-in-metrics.ts';

interface Place {
  tenant: string;
  stage: string;
}

export type RetryCount = 'dispatched' | 'released';
export type CountedByName = Measured & Record<RetryCount, number>;

/** What a run did. */
export interface RetryCounts {
  total: Record<RetryCount | 'superseded' | 'overtaken', number>;
  add(what: RetryCount, failures: readonly Place[]): void;
  /** In all, by each of the tenants and by stage; all others together. */
  byName(tenants: ReadonlySet<string>): CountedByName[];
}

export function retryCounts(): RetryCounts {
  const byTenant = new Map<string, CountedByName>();
  const byStage = new Map<string, CountedByName>();
  const knownStages = new Set<string>(stages);
  const total = { dispatched: 0, released: 0, superseded: 0, overtaken: 0 };
  return {
    total,
    add: (what, failures) => {
      total[what] += failures.length;
      for (const { tenant, stage } of failures) {
        entry(byTenant, 'tenant', tenant)[what]++;
        entry(byStage, 'stage', knownStages.has(stage) ? stage : OTHER)[what]++;
      }
    },
    byName: (tenants) => [
      ...[...byTenant.values()].map((row) => (tenants.has(String(row.name)) ? row : { ...row, name: OTHER })),
      ...byStage.values(),
      { dimension: null, name: null, dispatched: total.dispatched, released: total.released },
    ],
  };
}

function entry(
  counts: Map<string, CountedByName>,
  dimension: 'tenant' | 'stage',
  name: string,
): Record<RetryCount, number> {
  const known = counts.get(name);
  if (known !== undefined) return known;
  const fresh = { dimension, name, dispatched: 0, released: 0 };
  counts.set(name, fresh);
  return fresh;
}
