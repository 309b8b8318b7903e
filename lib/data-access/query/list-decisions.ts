import type { DecisionWindow } from '../../domain/decision-clock.ts';
import type { Priority } from '../../domain/tracked-event.ts';
import type { Database } from '../database.ts';
import { type Page, readPage, readPosition } from '../page.ts';
import type { ListedRequest } from './list-requests.ts';
import type { ReportSpan } from './report-span.ts';

/** Decided, approved or denied; or decided later than allowed. */
export const decisionOutcomes = ['decided', 'approved', 'denied', 'late'] as const;
export type ListedOutcome = (typeof decisionOutcomes)[number];

const LIST = 'decisions';

export interface DecisionsQuery extends ReportSpan {
  tenant: string;
  priority: Priority;
  outcome: ListedOutcome;
  /** What is late. */
  window: DecisionWindow;
  limit: number;
  after?: string | undefined;
}

export interface Decision
  extends Pick<
    ListedRequest,
    'pagwId' | 'tenant' | 'status' | 'stage' | 'lastEventAt' | 'completedAt' | 'stuckReason'
  > {
  decidedAt: Date;
  /** From receipt to decision. */
  seconds: number;
}

/**
 * The requests that `decisionMetrics` counted, the latest decision first.
 * @throws PagePositionError
 */
export async function listDecisions(database: Database, query: DecisionsQuery): Promise<Page<Decision>> {
  const after = readPosition(LIST, query.after, 'text');
  return readPage(database, {
    list: LIST,
    limit: query.limit,
    sql: `SELECT
       pagw_id, tenant, status::text AS status, coalesce(main_stage, last_stage) AS stage, last_event_at, completed_at,
       stuck_reason, decided_at, extract(epoch FROM decided_at - received_at)::float8 AS seconds,
       decided_at::text AS page_at, pagw_id AS page_id
     FROM request_tracker
     WHERE tenant = :tenant
       AND decided_at >= :since::timestamptz
       AND (:until::timestamptz IS NULL OR decided_at < :until::timestamptz)
       AND (:after_at::timestamptz IS NULL OR (decided_at, pagw_id) < (:after_at::timestamptz, :after_id))
       -- Not coalesce(priority, …) = …: that is taken to hold for a few, and all decisions of the span are read and sorted.
       AND (priority = :priority OR (priority IS NULL AND :priority = 'STANDARD'))
       AND CASE :outcome
         WHEN 'approved' THEN determination = 'APPROVED'
         WHEN 'denied' THEN determination = 'DENIED'
         WHEN 'late' THEN extract(epoch FROM decided_at - received_at) > :allowed_seconds::float8
         ELSE true
       END
     ORDER BY decided_at DESC, pagw_id DESC
     LIMIT :limit`,
    values: {
      tenant: query.tenant,
      since: query.since,
      until: query.until ?? null,
      priority: query.priority,
      outcome: query.outcome,
      allowed_seconds: query.window?.[query.priority] ?? null,
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
    },
  });
}
