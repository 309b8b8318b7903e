import type { Board } from '../domain/request-memory.ts';
import type { Priority, RequestStatus } from '../domain/tracked-event.ts';
import type { DeadlineRisk } from '../domain/words.ts';
import type { Database } from './database.ts';
import { RISK } from './decisions.ts';
import { countLeft, type FirstRows, type Page, readBounded, readPage, readPosition } from './page.ts';

/** Who has to do something about a request: the payer, the delegate that decides in its place, or the provider it waits for. */
export type Holder = 'us' | 'delegate' | 'provider';

/** What somebody still has to decide, or to deliver. */
export interface WorkItem {
  pagwId: string;
  tenant: string;
  plan: string;
  board: Board;
  heldBy: Holder;
  delegate: string | null;
  priority: Priority;
  /** Another one than `priority` after an upgrade or a downgrade. */
  requestedPriority: Priority;
  status: RequestStatus;
  stage: string | null;
  receivedAt: Date;
  /** Null where no timeframe binds it. */
  dueAt: Date | null;
  /** Since when it pends, or was answered without a decision. */
  answeredAt: Date | null;
  /** When it was decided; of what is to be delivered. */
  decidedAt: Date | null;
  extensionDays: number;
  /** A former episode of the request was denied. */
  afterDenial: boolean;
  stuckReason: string | null;
}

export interface WorkQuery {
  /** Null: of all. */
  tenant: string | null;
  /** Only what is due before this moment. */
  before?: Date | undefined;
  board?: Board | undefined;
  /** Only what this delegate has, by name in any case, or where none does, this holder. */
  held?: string | undefined;
  /** Only what the clock runs of, and has run so far. */
  risk?: DeadlineRisk | undefined;
  now: Date;
}

/** A request is on one board at most, and in the list once. */
const WORK = `
  SELECT
    request.pagw_id, request.tenant, episode.plan, request.board,
    CASE
      WHEN episode.delegate IS NOT NULL THEN 'delegate'
      WHEN request.board = 'desk' AND request.status = 'PENDING' THEN 'provider'
      ELSE 'us'
    END AS held_by,
    episode.delegate, episode.priority, episode.requested_priority, request.status::text AS status,
    coalesce(request.main_stage, request.last_stage) AS stage, episode.received_at, episode.due_at,
    CASE WHEN request.board = 'desk' THEN request.completed_at END AS answered_at,
    request.decided_at, episode.extension_days, request.stuck_reason,
    EXISTS (
      SELECT FROM decision_episode AS former
      WHERE former.pagw_id = request.pagw_id AND former.episode < episode.episode AND former.resolution IN ('DENIED', 'PARTIAL')
    ) AS after_denial
  FROM request_tracker AS request
  JOIN LATERAL (
    SELECT * FROM decision_episode AS latest WHERE latest.pagw_id = request.pagw_id ORDER BY episode DESC LIMIT 1
  ) AS episode ON true
  WHERE request.board IS NOT NULL
    AND (:tenant::text IS NULL OR request.tenant = :tenant)
    AND (:board::text IS NULL OR request.board = :board)
    AND (:before::timestamptz IS NULL OR episode.due_at < :before::timestamptz)
    AND (:risk::text IS NULL OR (request.clock_stopped_at IS NULL AND ${RISK} = :risk))
    AND (:held::text IS NULL OR lower(:held) = coalesce(
      lower(episode.delegate), CASE WHEN request.board = 'desk' AND request.status = 'PENDING' THEN 'provider' ELSE 'us' END
    ))`;

const LIST = 'work';

/** What is left to do, the next due first; what is bound by no timeframe comes last. @throws PagePositionError */
export async function listWork(
  database: Database,
  { limit, after, ...query }: WorkQuery & { limit: number; after?: string | undefined },
): Promise<Page<WorkItem>> {
  const from = readPosition(LIST, after, 'text');
  return readPage<WorkItem>(database, {
    list: LIST,
    limit,
    sql: `SELECT *, coalesce(due_at, 'infinity')::text AS page_at, pagw_id AS page_id
     FROM (${WORK}) AS work
     WHERE :after_at::timestamptz IS NULL OR (coalesce(due_at, 'infinity'), pagw_id) > (:after_at::timestamptz, :after_id)
     ORDER BY coalesce(due_at, 'infinity'), pagw_id
     LIMIT :limit`,
    values: { ...toValues(query), after_at: from?.at ?? null, after_id: from?.id ?? null },
  });
}

export interface WorkCount {
  board: Board;
  heldBy: Holder;
  delegate: string | null;
  requests: number;
  overdue: number;
}

const MOST_COUNTS = 1_000;

export interface WorkCounts extends FirstRows<WorkCount> {
  /** Of all, those that are left too. */
  requests: number;
}

/** How much of it is where, and with whom, the most first. */
export async function countWork(database: Database, query: WorkQuery): Promise<WorkCounts> {
  const { rows } = await readBounded<WorkCount & { allRows: number; allRequests: number }>(
    database,
    `SELECT
       board, held_by, delegate, count(*) AS requests, count(*) FILTER (WHERE due_at < :now::timestamptz) AS overdue,
       count(*) OVER () AS all_rows, (sum(count(*)) OVER ())::bigint AS all_requests
     FROM (${WORK}) AS work
     GROUP BY board, held_by, delegate
     ORDER BY requests DESC, board, held_by, delegate
     LIMIT ${MOST_COUNTS}`,
    toValues(query),
  );
  const counts = rows.map(({ allRequests: _, ...count }) => count);
  return { ...countLeft<WorkCount>(counts), requests: rows[0]?.allRequests ?? 0 };
}

function toValues({ tenant, before, board, held, risk, now }: WorkQuery) {
  return {
    tenant,
    before: before ?? null,
    board: board ?? null,
    held: held ?? null,
    risk: risk ?? null,
    now,
  };
}
