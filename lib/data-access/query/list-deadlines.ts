import type { DeadlineRisk } from '../../domain/decision-clock.ts';
import type { Priority, RequestStatus } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';

/** An undecided request whose clock has run far. */
export interface Deadline {
  pagwId: string;
  tenant: string;
  priority: Priority | null;
  status: RequestStatus;
  /** Where it stands; null when no main-lane event is known. */
  stage: string | null;
  receivedAt: Date;
  dueAt: Date;
  /** Negative once it is over. */
  secondsLeft: number;
  risk: Exclude<DeadlineRisk, 'none'>;
  /** The provider was told to wait: answered, but not decided. */
  pended: boolean;
  /** Why it is stuck besides; null when it is not. */
  stuckReason: string | null;
}

/** As of `:now`: what the detector noted, unless the clock has run out since. */
const RISK = `CASE WHEN decision_due_at <= :now::timestamptz THEN 'breached' ELSE deadline_risk END`;

const LIST = 'deadlines';
const MOST_ROWS = 1_000;

export interface DeadlinesQuery {
  /** Null: of all. */
  tenant: string | null;
  now: Date;
  /** Only clocks that have run this far. */
  risk?: Deadline['risk'] | undefined;
  limit?: number | undefined;
  after?: string | undefined;
}

/**
 * Undecided requests that have used up three quarters of their time, the next due first. When a clock crosses a
 * threshold is noted by stuck-alarm; whether it is breached is told as of `now`.
 * @throws PagePositionError
 */
export async function listDeadlines(database: Database, query: DeadlinesQuery): Promise<Page<Deadline>> {
  const after = readPosition(LIST, query.after, 'text');
  return readPage(database, {
    list: LIST,
    limit: Math.min(query.limit ?? 100, MOST_ROWS),
    sql: `SELECT
       pagw_id, tenant, priority, status, main_stage AS stage, received_at, decision_due_at AS due_at,
       extract(epoch FROM decision_due_at - :now::timestamptz)::float8 AS seconds_left,
       ${RISK} AS risk,
       completed_at IS NOT NULL AS pended, stuck_reason,
       decision_due_at::text AS page_at, pagw_id AS page_id
     FROM request_tracker
     WHERE (:tenant::text IS NULL OR tenant = :tenant)
       AND deadline_risk IS NOT NULL
       AND decided_at IS NULL
       AND (:risk::text IS NULL OR ${RISK} = :risk)
       AND (:after_at::timestamptz IS NULL OR (decision_due_at, pagw_id) > (:after_at::timestamptz, :after_id))
     ORDER BY decision_due_at, pagw_id
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      now: query.now,
      risk: query.risk ?? null,
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}

/** How many undecided requests there are of each risk. Costs those that are at risk, never the history. */
export async function countDeadlines(
  database: Database,
  { tenant, now }: Pick<DeadlinesQuery, 'tenant' | 'now'>,
): Promise<Record<Deadline['risk'], number>> {
  const { rows } = await database.execute<{ risk: Deadline['risk']; requests: number }>(
    `SELECT ${RISK} AS risk, count(*) AS requests
     FROM request_tracker
     WHERE (:tenant::text IS NULL OR tenant = :tenant)
       AND deadline_risk IS NOT NULL
       AND decided_at IS NULL
     GROUP BY 1`,
    { tenant, now },
  );
  const counts = { 'at-risk': 0, urgent: 0, breached: 0 };
  for (const { risk, requests } of rows) counts[risk] = requests;
  return counts;
}
