import type { Database } from '../database.ts';

/** An undecided request whose decision clock has run 75 % or more. */
export interface RequestDeadline {
  pagwId: string;
  tenant: string;
  priority: 'EXPEDITED' | 'STANDARD' | null;
  status: string;
  risk: 'at-risk' | 'urgent' | 'breached';
  receivedAt: Date;
  dueAt: Date;
  /** Closed with a pended answer, rather than under way. */
  pended: boolean;
  /** Where the main lane stands. */
  stage: string | null;
  stuckReason: string | null;
}

export interface DeadlineFilter {
  tenant?: string | undefined;
  /** When the request was received: from `since`, before `until`. */
  since?: Date | undefined;
  until?: Date | undefined;
}

/** Requests whose decision is late or soon due, earliest due first. */
export async function listDeadlines(
  database: Database,
  { tenant, since, until }: DeadlineFilter,
  limit: number,
): Promise<RequestDeadline[]> {
  const { rows } = await database.execute<RequestDeadline>(
    `SELECT
       pagw_id, tenant, priority, status::text AS status, deadline_risk AS risk, received_at,
       decision_due_at AS due_at, completed_at IS NOT NULL AS pended, main_stage AS stage, stuck_reason
     FROM request_tracker
     WHERE deadline_risk IS NOT NULL
       AND decided_at IS NULL
       AND received_at >= :since::timestamptz
       AND received_at < :until::timestamptz
       ${tenant === undefined ? 'AND :tenant::text IS NULL' : 'AND tenant = :tenant'}
     ORDER BY decision_due_at, pagw_id
     LIMIT :limit`,
    { tenant: tenant ?? null, since: since ?? '-infinity', until: until ?? 'infinity', limit },
  );
  return rows;
}
