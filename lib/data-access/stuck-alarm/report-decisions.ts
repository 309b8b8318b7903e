import type { Database } from '../database.ts';

/** How one tenant's requests of one priority fared, of those received in a span of time. */
export interface DecisionReport {
  tenant: string;
  priority: 'EXPEDITED' | 'STANDARD';
  received: number;
  approved: number;
  denied: number;
  /** Answered with a pend, and not decided yet. */
  pended: number;
  /** Under way, or closed without a decision. */
  undecided: number;
  /** Decided later than was due, or not decided and overdue. */
  late: number;
  meanHours: number | null;
  medianHours: number | null;
}

/** Shares and times of decisions, as the yearly public metrics ask for. Reads the requests received in the span. */
export async function reportDecisions(
  database: Database,
  { tenant, from, until }: { tenant?: string | undefined; from: Date; until: Date },
  now: Date,
): Promise<DecisionReport[]> {
  const { rows } = await database.execute<DecisionReport>(
    `SELECT
       tenant,
       coalesce(priority, 'STANDARD') AS priority,
       count(*) AS received,
       count(*) FILTER (WHERE decided_at IS NOT NULL AND status = 'APPROVED') AS approved,
       count(*) FILTER (WHERE decided_at IS NOT NULL AND status = 'DENIED') AS denied,
       count(*) FILTER (WHERE decided_at IS NULL AND status = 'PENDING') AS pended,
       count(*) FILTER (WHERE decided_at IS NULL AND status <> 'PENDING') AS undecided,
       count(*) FILTER (WHERE decision_due_at < coalesce(decided_at, :now::timestamptz)) AS late,
       (avg(extract(epoch FROM decided_at - received_at)) / 3600)::float8 AS mean_hours,
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - received_at)::float8) / 3600)::float8 AS median_hours
     FROM request_tracker
     WHERE received_at >= :from::timestamptz
       -- Never before it was received; and the index of tenants is on it.
       AND created_at >= :from::timestamptz
       AND received_at < :until::timestamptz
       AND (:tenant::text IS NULL OR tenant = :tenant)
     GROUP BY 1, 2
     ORDER BY 1, 2`,
    { tenant: tenant ?? null, from, until, now },
  );
  return rows;
}
