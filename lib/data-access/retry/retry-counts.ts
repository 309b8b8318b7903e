interface Place {
  tenant: string;
  stage: string;
}

export type RetryCount = 'dispatched' | 'released';

/** What a run did, in all, by tenant and by stage. */
export interface RetryCounts {
  total: Record<RetryCount | 'superseded' | 'overtaken', number>;
  byTenant: Map<string, Record<RetryCount, number>>;
  byStage: Map<string, Record<RetryCount, number>>;
  add(what: RetryCount, failures: readonly Place[]): void;
}

export function retryCounts(): RetryCounts {
  const counts: RetryCounts = {
    total: { dispatched: 0, released: 0, superseded: 0, overtaken: 0 },
    byTenant: new Map(),
    byStage: new Map(),
    add: (what, failures) => {
      counts.total[what] += failures.length;
      for (const { tenant, stage } of failures) {
        entry(counts.byTenant, tenant)[what]++;
        entry(counts.byStage, stage)[what]++;
      }
    },
  };
  return counts;
}

function entry(counts: Map<string, Record<RetryCount, number>>, name: string): Record<RetryCount, number> {
  const known = counts.get(name);
  if (known !== undefined) return known;
  const fresh = { dispatched: 0, released: 0 };
  counts.set(name, fresh);
  return fresh;
}
